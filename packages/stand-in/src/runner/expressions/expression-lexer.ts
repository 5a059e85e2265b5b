import { ExpressionError, parseNumber } from "./expression-value.js";

export type Token =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "string"; readonly value: string; readonly at: number }
  | { readonly kind: "name"; readonly value: string; readonly at: number }
  | { readonly kind: "symbol"; readonly value: string; readonly at: number };

const SPACE = /\s+/y;
const STRING = /'(?:[^']|'')*'/y;
const NAME = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /[+-]?(?:0x[0-9a-fA-F]+|0o[0-7]+|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y;
const SYMBOL = /&&|\|\||==|!=|<=|>=|[<>!()[\],.*]/y;

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function readToken(source: string, at: number, previous: Token | undefined): [Token, number] {
  const text = match(STRING, source, at);
  if (text !== undefined) {
    return [{ kind: "string", value: text.slice(1, -1).replaceAll("''", "'"), at }, text.length];
  }
  // After a dot only a name can follow, and `.5` must not eat the dot of `steps.5x`.
  const afterValue =
    previous?.kind === "name" || (previous?.kind === "symbol" && /[\])*]/.test(previous.value));
  const number = afterValue ? undefined : match(NUMBER, source, at);
  if (number !== undefined) return [{ kind: "number", value: parseNumber(number), at }, number.length];
  const name = match(NAME, source, at);
  if (name !== undefined) return [{ kind: "name", value: name, at }, name.length];
  const symbol = match(SYMBOL, source, at);
  if (symbol !== undefined) return [{ kind: "symbol", value: symbol, at }, symbol.length];
  throw new ExpressionError(
    `Unexpected symbol: '${source.slice(at, at + 20)}'. Located at position ${at + 1} within expression: ${source}`,
  );
}

/** Splits an expression (without its `${{ }}`) into tokens. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const space = match(SPACE, source, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const [token, length] = readToken(source, at, tokens.at(-1));
    tokens.push(token);
    at += length;
  }
  return tokens;
}
