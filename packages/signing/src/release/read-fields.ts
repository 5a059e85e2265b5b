import { parseStrictJson } from "../strict-json.js";

/** The fields of a JSON object that has exactly these names and this `type`; `undefined` for anything else. */
export function readFields(
  text: string,
  type: string,
  names: readonly string[],
): Record<string, unknown> | undefined {
  const parsed = parseStrictJson(Buffer.from(text));
  if (!parsed.ok || parsed.value["type"] !== type) return undefined;
  return Object.keys(parsed.value).sort().join() === [...names, "type"].sort().join()
    ? parsed.value
    : undefined;
}

/** True for an instant, written as `Date` writes it, that is still to come. */
export function isLater(instant: string, now: Date): boolean {
  const at = new Date(instant);
  return at > now && at.toISOString() === instant;
}

/** True for a whole number from 1 to `max`. */
export function isCount(value: unknown, max = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= max;
}
