import type { KeyObject } from "node:crypto";
import { decodeBase64url, encodeBase64url } from "./base64url.js";
import { equalBytes, hmacSha256 } from "./digest.js";
import { parseEpoch } from "./epochs.js";
import { parseStrictJson } from "./strict-json.js";

/** Why a compact JWS was refused. For logs: the outward answer names none of them. */
export type JwsRefusal = "malformed" | "duplicate_key" | "wrong_header" | "unknown_epoch" | "bad_mac";

export type VerifiedJws =
  | { ok: true; claims: Record<string, unknown>; epoch: number }
  | { ok: false; reason: JwsRefusal };

/**
 * Writes a compact JWS (RFC 7515) with the one algorithm HS256 and the epoch as `kid`. Done with node:crypto
 * because WebCrypto's promises cost several times the MAC itself; `jose` reads the result in the tests.
 */
export function signJws(input: { key: KeyObject; typ: string; epoch: number; claims: object }): string {
  const header = encodeBase64url(JSON.stringify({ alg: "HS256", typ: input.typ, kid: String(input.epoch) }));
  const body = `${header}.${encodeBase64url(JSON.stringify(input.claims))}`;
  return `${body}.${encodeBase64url(hmacSha256(input.key, body))}`;
}

/**
 * Verifies a compact JWS: exactly the header that `signJws` writes for this `typ`, a key that `findKey` knows,
 * no key named twice, and the MAC. Says nothing about the claims.
 */
export function verifyJws(input: {
  token: string;
  typ: string;
  maxLength: number;
  findKey: (epoch: number) => KeyObject | undefined;
}): VerifiedJws {
  const parts = readJws(input.token, input.maxLength);
  if (!parts.ok) return parts;
  const epoch = parseEpoch(parts.header["kid"]);
  if (!hasExactly(parts.header, { alg: "HS256", typ: input.typ, kid: parts.header["kid"] })) {
    return { ok: false, reason: "wrong_header" };
  }
  const key = epoch === undefined ? undefined : input.findKey(epoch);
  if (epoch === undefined || key === undefined) return { ok: false, reason: "unknown_epoch" };
  if (!equalBytes(hmacSha256(key, parts.signed), parts.mac)) return { ok: false, reason: "bad_mac" };
  return { ok: true, claims: parts.claims, epoch };
}

type JwsParts =
  | {
      ok: true;
      header: Record<string, unknown>;
      claims: Record<string, unknown>;
      signed: string;
      mac: Buffer;
    }
  | { ok: false; reason: "malformed" | "duplicate_key" };

/** Takes a compact JWS apart WITHOUT verifying it. */
export function readJws(token: string, maxLength: number): JwsParts {
  const malformed = { ok: false, reason: "malformed" } as const;
  if (token.length > maxLength) return malformed;
  const [headerText, claimsText, macText, ...rest] = token.split(".");
  if (headerText === undefined || claimsText === undefined || macText === undefined || rest.length > 0) {
    return malformed;
  }
  const [header, claims, mac] = [headerText, claimsText, macText].map(decodeBase64url);
  if (header === undefined || claims === undefined || mac === undefined) return malformed;
  const headerJson = parseStrictJson(header);
  if (!headerJson.ok) return headerJson;
  const claimsJson = parseStrictJson(claims);
  if (!claimsJson.ok) return claimsJson;
  const signed = `${headerText}.${claimsText}`;
  return { ok: true, header: headerJson.value, claims: claimsJson.value, signed, mac };
}

/** True when `actual` has these own keys with these values and no others. */
export function hasExactly(actual: Record<string, unknown>, expected: Record<string, unknown>): boolean {
  const names = Object.keys(expected);
  return (
    Object.keys(actual).length === names.length &&
    names.every((name) => Object.hasOwn(actual, name) && actual[name] === expected[name])
  );
}
