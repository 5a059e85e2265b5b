import type { EntryBody } from "./transport.js";

export const MAX_BODY_LENGTH = 2_048;

/** @throws RangeError when the body is longer than `MAX_BODY_LENGTH`: content belongs in the database. */
export function encodeBody(body: EntryBody): string {
  const text = JSON.stringify(body);
  if (text.length > MAX_BODY_LENGTH) {
    throw new RangeError(`entry body has ${text.length} characters, at most ${MAX_BODY_LENGTH} are allowed`);
  }
  return text;
}

/** Undefined for what no version of this package has written. */
export function findBody(text: string | undefined): EntryBody | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as EntryBody)
      : undefined;
  } catch {
    return undefined;
  }
}
