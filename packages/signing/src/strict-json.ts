/** Why `parseStrictJson` refused a text. */
export type JsonRefusal = "malformed" | "duplicate_key";

export type StrictJson = { ok: true; value: Record<string, unknown> } | { ok: false; reason: JsonRefusal };

const STRING = /"(?:[^"\\]|\\.)*"/y;
const COLON = /[ \t\n\r]*:/y;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses a JSON object and refuses it when any object inside names a key twice, because two readers may
 * then disagree about what was signed. Keys are compared after unescaping. Also refuses invalid UTF-8.
 */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: "malformed" };
  }
  if (!isPlainObject(value)) return { ok: false, reason: "malformed" };
  if (hasDuplicateKey(text)) return { ok: false, reason: "duplicate_key" };
  return { ok: true, value };
}

/** True for what JSON calls an object: neither null nor an array. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `text` is known to be valid JSON, so a string followed by a colon is a key and nothing else. */
function hasDuplicateKey(text: string): boolean {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "{") open.push(new Set());
    else if (char === "}") open.pop();
    else if (char === '"') {
      const literal = matchAt(STRING, text, at) ?? "";
      at += literal.length - 1;
      if (matchAt(COLON, text, at + 1) === undefined) continue;
      const keys = open.at(-1);
      const key = JSON.parse(literal) as string;
      if (keys?.has(key)) return true;
      keys?.add(key);
    }
  }
  return false;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
