import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { type SignedText, signText } from "./ed25519.js";
import { type ReleaseManifest, writeReleaseManifest } from "./release-manifest.js";
import { type ReleaseRoot, writeReleaseRoot } from "./release-root.js";

export interface TestKey {
  privateKey: KeyObject;
  /** 32 bytes in base64url. */
  publicKey: string;
}

export function makeKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { privateKey, publicKey: publicKey.export({ format: "jwk" }).x ?? "" };
}

export function makeRoot(
  keys: { root: TestKey; release: TestKey },
  { version = 1, expiresAt = "2031-01-01T00:00:00.000Z" } = {},
): ReleaseRoot {
  return { version, expiresAt, rootKey: keys.root.publicKey, releaseKey: keys.release.publicKey };
}

export function signRoot(root: ReleaseRoot, ...signers: TestKey[]): SignedText {
  const text = writeReleaseRoot(root);
  return {
    text,
    signatures: signers.map((key) => signText(text, "keepstreak/release-root/v1", key.privateKey)),
  };
}

export function makeManifest(source: string, change: Partial<ReleaseManifest> = {}): ReleaseManifest {
  return {
    version: "0.2.0",
    root: 1,
    length: Buffer.byteLength(source),
    sha256: createHash("sha256").update(source).digest("hex"),
    expiresAt: "2027-01-01T00:00:00.000Z",
    ...change,
  };
}

export function signManifest(manifest: ReleaseManifest, ...signers: TestKey[]): SignedText {
  const text = writeReleaseManifest(manifest);
  return {
    text,
    signatures: signers.map((key) => signText(text, "keepstreak/release/v1", key.privateKey)),
  };
}
