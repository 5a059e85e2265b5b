import type { KeyObject } from "node:crypto";
import { decryptGcm, encryptGcm } from "./aes-gcm.js";
import { decodeBase64url, encodeBase64url } from "./base64url.js";
import { hasExactly } from "./compact-jws.js";
import { parseEpoch } from "./epochs.js";
import { parseStrictJson } from "./strict-json.js";

/** Why a compact JWE was refused. */
export type JweRefusal = "malformed" | "duplicate_key" | "wrong_header" | "unknown_epoch" | "bad_seal";

export type DecryptedJwe = { ok: true; plaintext: Buffer; epoch: number } | { ok: false; reason: JweRefusal };

/** Writes a compact JWE (RFC 7516) of a nested JWT: `dir` and A256GCM, the epoch as `kid`. */
export function encryptJwe(input: {
  key: KeyObject;
  typ: string;
  epoch: number;
  iv: Uint8Array;
  plaintext: string;
}): string {
  const header = encodeBase64url(
    JSON.stringify({ alg: "dir", enc: "A256GCM", typ: input.typ, cty: "JWT", kid: String(input.epoch) }),
  );
  const sealed = encryptGcm({
    key: input.key,
    iv: input.iv,
    aad: Buffer.from(header, "ascii"),
    plaintext: Buffer.from(input.plaintext, "utf8"),
  });
  return [header, "", ...[input.iv, sealed.ciphertext, sealed.tag].map(encodeBase64url)].join(".");
}

/** Opens exactly what `encryptJwe` writes for this `typ`, with a key that `findKey` knows. */
export function decryptJwe(input: {
  token: string;
  typ: string;
  maxLength: number;
  findKey: (epoch: number) => KeyObject | undefined;
}): DecryptedJwe {
  const malformed = { ok: false, reason: "malformed" } as const;
  if (input.token.length > input.maxLength) return malformed;
  const parts = input.token.split(".");
  const [headerBytes, encryptedKey, iv, ciphertext, tag] = parts.map(decodeBase64url);
  if (parts.length !== 5 || !headerBytes || !encryptedKey || !iv || !ciphertext || !tag) return malformed;
  const header = parseStrictJson(headerBytes);
  if (!header.ok) return header;
  const kid = header.value["kid"];
  const expected = { alg: "dir", enc: "A256GCM", typ: input.typ, cty: "JWT", kid };
  if (encryptedKey.length > 0 || !hasExactly(header.value, expected))
    return { ok: false, reason: "wrong_header" };
  const epoch = parseEpoch(kid);
  const key = epoch === undefined ? undefined : input.findKey(epoch);
  if (epoch === undefined || key === undefined) return { ok: false, reason: "unknown_epoch" };
  const aad = Buffer.from(parts[0] ?? "", "ascii");
  const plaintext = decryptGcm({ key, iv, aad, ciphertext, tag });
  return plaintext === undefined ? { ok: false, reason: "bad_seal" } : { ok: true, plaintext, epoch };
}
