import { createSecretKey } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { decryptGcm, encryptGcm } from "./aes-gcm.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CIPHER = /\bcreate(?:C|Dec)ipheriv\b|\bsubtle\s*\.\s*(?:en|de)crypt\b/;

it("is the only code of the product that touches a cipher [CRY-02]", () => {
  const found = ["apps/api/src", "apps/web/src", "packages"].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !/(^|\/)(node_modules|dist|\.next)\//.test(file))
      .filter((file) => !/\.(test|bench)\.ts$/.test(file))
      .map((file) => path.join(folder, file))
      .filter((file) => CIPHER.test(readFileSync(path.join(ROOT, file), "utf8"))),
  );
  expect(found).toEqual(["packages/signing/src/aes-gcm.ts"]);
});

it("gives nothing of a long text whose last byte was changed [CRY-02]", () => {
  const key = createSecretKey(Buffer.alloc(32, 3));
  const shared = { key, iv: Buffer.alloc(12, 1), aad: Buffer.alloc(0) };
  const { ciphertext, tag } = encryptGcm({ ...shared, plaintext: Buffer.alloc(100_000, 65) });
  ciphertext.writeUInt8(ciphertext.readUInt8(99_999) ^ 1, 99_999);
  expect(decryptGcm({ ...shared, ciphertext, tag })).toBeUndefined();
});
