import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ReleaseFailure } from "./release-failure.ts";

/** An Ed25519 key and its public half, 32 bytes in unpadded base64url. */
export interface SigningKey {
  privateKey: KeyObject;
  publicKey: string;
}

/**
 * Makes a key and writes it as PEM that only its owner can read, under a passphrase when there is one.
 *
 * @throws ReleaseFailure when the file is there, or would lie in the checkout
 */
export function createKeyFile(
  file: string,
  { checkout, passphrase }: { checkout: string; passphrase: string | undefined },
): SigningKey {
  const relative = path.relative(path.resolve(checkout), path.resolve(file));
  if (!relative.startsWith("..") && !path.isAbsolute(relative))
    throw new ReleaseFailure(`${file} lies in the checkout: private keys stay outside of it.`);
  if (existsSync(file)) throw new ReleaseFailure(`${file} is there already: a key is never overwritten.`);
  const { privateKey } = generateKeyPairSync("ed25519");
  const sealed = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem", ...sealed }), {
    mode: 0o600,
    flag: "wx",
  });
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}

/** @throws ReleaseFailure when it cannot be read or is no Ed25519 key */
export function readKeyFile(file: string, passphrase: string | undefined): SigningKey {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({
      key: readFileSync(file),
      ...(passphrase !== undefined && { passphrase }),
    });
  } catch {
    throw new ReleaseFailure(`${file} cannot be read as a key: is RELEASE_PASSPHRASE set and right?`);
  }
  if (privateKey.asymmetricKeyType !== "ed25519") throw new ReleaseFailure(`${file} is no Ed25519 key.`);
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}

function publicKeyOf(privateKey: KeyObject): string {
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  if (x === undefined) throw new Error("an Ed25519 key has a public half");
  return x;
}
