/**
 * Joins fields so that no two different lists of fields give the same bytes:
 * each field is preceded by its length in bytes (four bytes, big endian).
 *
 * A plain separator would let `("12", "3COMMIT")` and `("123", "COMMIT")` collide.
 */
export function lengthPrefixed(fields: readonly (string | Uint8Array)[]): Buffer {
  const parts: Buffer[] = [];
  for (const field of fields) {
    const bytes = typeof field === "string" ? Buffer.from(field, "utf8") : Buffer.from(field);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}
