import sodium from "libsodium-wrappers";
import type { SecretKeyPair } from "../store/repository-store.js";

/** The key pair with which a repository's Actions secrets are sealed (X25519, as libsodium's boxes use). */
export async function generateSecretKeys(): Promise<SecretKeyPair> {
  await sodium.ready;
  const { publicKey, privateKey } = sodium.crypto_box_keypair();
  return { publicKey: toBase64(publicKey), secretKey: toBase64(privateKey) };
}

/** A short stable name of the public key; clients send it back with the secret. */
export function keyIdOf(publicKey: string): string {
  return BigInt(`0x${Buffer.from(publicKey, "base64").subarray(0, 8).toString("hex")}`).toString();
}

/** Opens a libsodium sealed box; undefined for anything that this key pair cannot open. */
export async function openSealedBox(valueSealed: string, keys: SecretKeyPair): Promise<string | undefined> {
  await sodium.ready;
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(valueSealed)) return undefined;
  try {
    const opened = sodium.crypto_box_seal_open(
      fromBase64(valueSealed),
      fromBase64(keys.publicKey),
      fromBase64(keys.secretKey),
    );
    return Buffer.from(opened).toString();
  } catch {
    return undefined;
  }
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const fromBase64 = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, "base64"));
