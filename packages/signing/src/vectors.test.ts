import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decryptGcm, encryptGcm } from "./aes-gcm.js";
import { equalBytes, hmacSha256 } from "./digest.js";
import rfc from "./vectors/rfc.json" with { type: "json" };
import gcm from "./vectors/wycheproof-aes-256-gcm.json" with { type: "json" };
import hkdf from "./vectors/wycheproof-hkdf-sha256.json" with { type: "json" };
import hmac from "./vectors/wycheproof-hmac-sha256.json" with { type: "json" };
import { hkdfSha256 } from "./worker-keys.js";

const hex = (text: string) => Buffer.from(text, "hex");
const MAX_HKDF_BYTES = 255 * 32;

describe("published vectors", () => {
  it("derives what RFC 5869 derives", () => {
    const vectors = rfc.rfc5869.vectors.filter((vector) => vector.hash === "SHA-256");
    expect(vectors).toHaveLength(3);
    for (const { ikm, salt, info, L, okm } of vectors) {
      const derived = hkdfSha256({ ikm: hex(ikm), salt: hex(salt), info: hex(info), length: L });
      expect(derived.toString("hex")).toBe(okm);
    }
  });

  it("computes the MACs of RFC 4231", () => {
    for (const { key, data, mac } of rfc.rfc4231.vectors) {
      const computed = hmacSha256(createSecretKey(hex(key)), hex(data)).toString("hex");
      expect(computed.slice(0, mac.length)).toBe(mac);
    }
  });

  it.each(cases(hkdf.testGroups))("agrees with Wycheproof on HKDF case $tcId", (vector) => {
    const input = {
      ikm: hex(vector.ikm),
      salt: hex(vector.salt),
      info: hex(vector.info),
      length: vector.size,
    };
    if (vector.result === "valid") expect(hkdfSha256(input).toString("hex")).toBe(vector.okm);
    else expect(() => hkdfSha256(input), `${vector.size} > ${MAX_HKDF_BYTES}`).toThrow();
  });

  it.each(cases(hmac.testGroups))("agrees with Wycheproof on HMAC case $tcId", (vector) => {
    const computed = hmacSha256(createSecretKey(hex(vector.key)), hex(vector.msg));
    expect(equalBytes(computed, hex(vector.tag))).toBe(vector.result === "valid");
  });

  it.each(cases(gcm.testGroups))("agrees with Wycheproof on AES-256-GCM case $tcId", (vector) => {
    const key = createSecretKey(hex(vector.key));
    const shared = { key, iv: hex(vector.iv), aad: hex(vector.aad) };
    const opened = decryptGcm({ ...shared, ciphertext: hex(vector.ct), tag: hex(vector.tag) });
    if (vector.result !== "valid") return expect(opened).toBeUndefined();
    expect(opened?.toString("hex")).toBe(vector.msg);
    const sealed = encryptGcm({ ...shared, plaintext: hex(vector.msg) });
    expect([sealed.ciphertext.toString("hex"), sealed.tag.toString("hex")]).toEqual([vector.ct, vector.tag]);
  });

  it("refuses tags of every length but sixteen bytes", () => {
    const key = createSecretKey(Buffer.alloc(32, 7));
    const shared = { key, iv: Buffer.alloc(12, 1), aad: Buffer.from("aad") };
    const sealed = encryptGcm({ ...shared, plaintext: Buffer.from("text") });
    for (let length = 0; length < 16; length++) {
      const tag = sealed.tag.subarray(0, length);
      expect(decryptGcm({ ...shared, ciphertext: sealed.ciphertext, tag })).toBeUndefined();
    }
  });
});

function cases<T>(groups: readonly { tests: T[] }[]): T[] {
  return groups.flatMap((group) => group.tests);
}
