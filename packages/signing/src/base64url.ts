const ALPHABET = /^[A-Za-z0-9_-]*$/;

/** Encodes bytes or UTF-8 text as unpadded base64url. */
export function encodeBase64url(value: Uint8Array | string): string {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value as string);
  return bytes.toString("base64url");
}

/**
 * Decodes unpadded base64url, or gives `undefined` for anything that `encodeBase64url` would not have written.
 * The spare bits of the last character must be zero: otherwise two texts would carry one signature.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  if (!ALPHABET.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
