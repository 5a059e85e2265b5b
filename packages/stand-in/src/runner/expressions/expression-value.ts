/**
 * The values of Actions expressions and their loose conversions.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#operators
 */
export type ExpressionValue =
  | null
  | boolean
  | number
  | string
  | readonly ExpressionValue[]
  | { readonly [key: string]: ExpressionValue };

export type ExpressionObject = { readonly [key: string]: ExpressionValue };

/** Wrong expression, or one that cannot be evaluated; the message is meant for the workflow's author. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

export function isArray(value: ExpressionValue): value is readonly ExpressionValue[] {
  return Array.isArray(value);
}

export function isObject(value: ExpressionValue): value is ExpressionObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const RADIX = /^0(?:x[0-9a-fA-F]+|o[0-7]+)$/;

/** A literal or a string in a numeric comparison: decimal, 0x, 0o, Infinity; NaN for the rest. */
export function parseNumber(text: string): number {
  const trimmed = text.trim();
  if (trimmed === "") return 0;
  if (NUMBER.test(trimmed) || RADIX.test(trimmed) || /^[+-]?Infinity$/.test(trimmed)) return Number(trimmed);
  return Number.NaN;
}

export function toNumber(value: ExpressionValue): number {
  if (value === null) return 0;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? parseNumber(value) : Number.NaN;
}

export function toText(value: ExpressionValue): string {
  if (value === null) return "";
  if (isArray(value)) return "Array";
  if (isObject(value)) return "Object";
  return Object.is(value, -0) ? "0" : String(value);
}

export function isTruthy(value: ExpressionValue): boolean {
  if (typeof value === "number") return value !== 0 && !Number.isNaN(value);
  return value !== null && value !== false && value !== "";
}

function isComposite(value: ExpressionValue): boolean {
  return typeof value === "object" && value !== null;
}

/** GitHub ignores case when comparing strings; objects and arrays equal only themselves. */
export function looseEquals(left: ExpressionValue, right: ExpressionValue): boolean {
  if (isComposite(left) || isComposite(right)) return left === right;
  if (typeof left === "string" && typeof right === "string") return fold(left) === fold(right);
  return toNumber(left) === toNumber(right);
}

/** Negative, zero or positive; NaN when the two have no order. */
export function looseCompare(left: ExpressionValue, right: ExpressionValue): number {
  if (typeof left === "string" && typeof right === "string") {
    const [a, b] = [fold(left), fold(right)];
    return a < b ? -1 : Number(a > b);
  }
  const [a, b] = [toNumber(left), toNumber(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  return a < b ? -1 : Number(a > b);
}

export function fold(text: string): string {
  return text.toUpperCase();
}

/** Property names are matched without regard to case, exact spelling first. */
export function readProperty(value: ExpressionValue, key: ExpressionValue): ExpressionValue {
  if (isArray(value)) return value[toNumber(key)] ?? null;
  if (!isObject(value) || isComposite(key)) return null;
  const name = toText(key);
  if (Object.hasOwn(value, name)) return value[name] ?? null;
  const match = Object.keys(value).find((candidate) => fold(candidate) === fold(name));
  return match === undefined ? null : (value[match] ?? null);
}
