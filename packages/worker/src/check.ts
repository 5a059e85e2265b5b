import { isPlainObject } from "@pulsekeep/signing";

/** Says whether a value from outside is as agreed. The schema library would be twenty times this script. */
export type Check = (value: unknown) => boolean;

/** Where nothing else is said. */
const MOST = 100_000;

/** A text of at most `max` characters that matches. */
export function text(pattern: RegExp, max = MOST): Check {
  return (value) => typeof value === "string" && value.length <= max && pattern.test(value);
}

/** A list of `min` to `max` good values. */
export function listOf(check: Check, min = 0, max = MOST): Check {
  return (value) => Array.isArray(value) && value.length >= min && value.length <= max && value.every(check);
}

/** An object of at most `max` good values with good names. */
export function recordOf(name: Check, check: Check, max = MOST): Check {
  return (value) =>
    isPlainObject(value) &&
    Object.keys(value).length <= max &&
    Object.entries(value).every(([key, field]) => name(key) && check(field));
}

/** An object with exactly these fields, all good. */
export function hasShape<Shape extends object>(
  value: unknown,
  checks: Record<keyof Shape & string, Check>,
): value is Shape {
  const names = Object.keys(checks) as (keyof Shape & string)[];
  return (
    isPlainObject(value) &&
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name) && checks[name](value[name]))
  );
}
