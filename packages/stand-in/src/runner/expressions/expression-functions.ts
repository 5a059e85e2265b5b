import {
  ExpressionError,
  fold,
  isArray,
  isObject,
  looseEquals,
  toText,
  type ExpressionValue,
} from "./expression-value.js";

/** https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#functions */
interface ExpressionFunction {
  readonly arity: readonly [min: number, max: number];
  readonly call: (...args: readonly ExpressionValue[]) => ExpressionValue;
}

function isText(value: ExpressionValue): boolean {
  return !isArray(value) && !isObject(value);
}

function contains(search: ExpressionValue = null, item: ExpressionValue = null): boolean {
  if (isArray(search)) return search.some((element) => looseEquals(element, item));
  return isText(search) && isText(item) && fold(toText(search)).includes(fold(toText(item)));
}

function affix(test: (text: string, part: string) => boolean): ExpressionFunction {
  return {
    arity: [2, 2],
    call: (text = null, part = null) =>
      isText(text) && isText(part) && test(fold(toText(text)), fold(toText(part))),
  };
}

function format(template: ExpressionValue = null, ...values: readonly ExpressionValue[]): string {
  const text = toText(template);
  return text.replace(/\{\{|\}\}|\{(\d+)\}|[{}]/g, (part, index: string | undefined) => {
    if (part === "{{" || part === "}}") return part.charAt(0);
    const value = index === undefined ? undefined : values[Number(index)];
    if (value === undefined) throw new ExpressionError(`The following format string is invalid: ${text}`);
    return toText(value);
  });
}

function join(list: ExpressionValue = null, separator: ExpressionValue = ","): string {
  if (!isArray(list)) return isText(list) ? toText(list) : "";
  return list.map(toText).join(isText(separator) ? toText(separator) : "");
}

function fromJson(text: ExpressionValue = null): ExpressionValue {
  try {
    return JSON.parse(toText(text)) as ExpressionValue;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The parser quotes its input, which may be a secret.
    throw new ExpressionError(
      `Error reading JSON token in fromJSON: ${reason.replace(/["'].*["']/s, "...")}`,
    );
  }
}

export const EXPRESSION_FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map([
  ["contains", { arity: [2, 2], call: contains }],
  ["startswith", affix((text, part) => text.startsWith(part))],
  ["endswith", affix((text, part) => text.endsWith(part))],
  ["format", { arity: [1, Number.POSITIVE_INFINITY], call: format }],
  ["join", { arity: [1, 2], call: join }],
  ["tojson", { arity: [1, 1], call: (value = null) => JSON.stringify(value, null, 2) }],
  ["fromjson", { arity: [1, 1], call: fromJson }],
]);
