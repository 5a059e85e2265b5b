/** Texts whose values are kept, at most, and the longest of them. */
const MOST = 1_000;
const LONGEST = 4_096;

const kept = new Map<string, unknown>();

/**
 * What a JSON text says. Settings are read thousands of times a second and are much alike, so that the value of a text
 * is kept and given to whoever asks next: it is frozen.
 */
export function parseSharedJson<Value>(text: string): Value {
  const known = kept.get(text);
  if (known !== undefined) return known as Value;
  const value = freeze(JSON.parse(text));
  if (kept.size >= MOST) kept.clear();
  if (text.length <= LONGEST) kept.set(text, value);
  return value as Value;
}

function freeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
