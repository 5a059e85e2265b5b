/**
 * Seals a text for the holder of a public key (base64): a libsodium sealed box, as GitHub wants secrets.
 * The library comes when it is needed: no other page has it.
 */
export async function seal(plain: string, publicKey: string): Promise<string> {
  const { default: sodium } = await import("libsodium-wrappers");
  await sodium.ready;
  const { ORIGINAL } = sodium.base64_variants;
  const sealed = sodium.crypto_box_seal(sodium.from_string(plain), sodium.from_base64(publicKey, ORIGINAL));
  return sodium.to_base64(sealed, ORIGINAL);
}
