import { createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { decodeBase64url, encodeBase64url } from "../base64url.js";
import { lengthPrefixed } from "../length-prefixed.js";

/** What a signature is for. It is signed along, so that none counts for the other. */
export type SigningPurpose = "keepstreak/release/v1" | "keepstreak/release-root/v1";

/** A text and its Ed25519 signatures (RFC 8032) in unpadded base64url. */
export interface SignedText {
  text: string;
  signatures: readonly string[];
}

/** Signs a text for one purpose; `privateKey` is an Ed25519 key. */
export function signText(text: string, purpose: SigningPurpose, privateKey: KeyObject): string {
  return encodeBase64url(sign(null, lengthPrefixed([purpose, text]), privateKey));
}

/**
 * True when one of the signatures is that of `publicKey`: 32 bytes in unpadded base64url. Signatures of other
 * keys are passed over.
 *
 * @throws TypeError for what is no key
 */
export function isSignedBy(signed: SignedText, purpose: SigningPurpose, publicKey: string): boolean {
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
  const data = lengthPrefixed([purpose, signed.text]);
  return signed.signatures.some((encoded) => {
    const signature = decodeBase64url(encoded);
    return signature !== undefined && verify(null, data, key, signature);
  });
}
