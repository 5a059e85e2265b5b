import type { Sha256 } from "./tree-hash.js";

/** Checks one Ed25519 signature (RFC 8032) with a public key of 32 bytes. */
export type VerifyEd25519 = (input: {
  publicKey: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
  data: Uint8Array<ArrayBuffer>;
}) => Promise<boolean>;

/** SHA-256 of WebCrypto: browsers on a secure origin, and Node. */
export const webSha256: Sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));

/**
 * Ed25519 of WebCrypto.
 *
 * @throws DOMException `NotSupportedError` in browsers that do not know Ed25519 yet
 */
export const webVerifyEd25519: VerifyEd25519 = async ({ publicKey, signature, data }) => {
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, data);
};
