import { tokenize, type Token } from "./expression-lexer.js";
import { ExpressionError, type ExpressionValue } from "./expression-value.js";

export type BinaryOperator = "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=";

export type ExpressionNode =
  | { readonly kind: "literal"; readonly value: ExpressionValue }
  | { readonly kind: "context"; readonly name: string }
  | { readonly kind: "index"; readonly target: ExpressionNode; readonly key: ExpressionNode }
  | { readonly kind: "filter"; readonly target: ExpressionNode }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly ExpressionNode[] }
  | { readonly kind: "not"; readonly operand: ExpressionNode }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
    };

const PRECEDENCE: readonly (readonly BinaryOperator[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<", "<=", ">", ">="],
];
const KEYWORDS = new Map<string, ExpressionValue>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
]);
const MAX_DEPTH = 50;
const MAX_LENGTH = 21_000;

class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly source: string,
    private readonly tokens: readonly Token[],
  ) {}

  parse(): ExpressionNode {
    const node = this.binary(0);
    if (this.at < this.tokens.length) throw this.unexpected();
    return node;
  }

  private binary(level: number): ExpressionNode {
    const operators = PRECEDENCE[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = operators.find((candidate) => this.accept(candidate));
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: this.binary(level + 1) };
    }
  }

  private unary(): ExpressionNode {
    if (!this.accept("!")) return this.postfix();
    return this.nested(() => ({ kind: "not", operand: this.unary() }));
  }

  private postfix(): ExpressionNode {
    let node = this.primary();
    for (;;) {
      if (this.accept(".")) node = this.member(node);
      else if (this.accept("[")) node = this.subscript(node);
      else return node;
    }
  }

  private member(target: ExpressionNode): ExpressionNode {
    if (this.accept("*")) return { kind: "filter", target };
    const token = this.next();
    if (token?.kind !== "name") throw this.unexpected(token);
    return { kind: "index", target, key: { kind: "literal", value: token.value } };
  }

  private subscript(target: ExpressionNode): ExpressionNode {
    if (this.accept("*")) {
      this.expect("]");
      return { kind: "filter", target };
    }
    const key = this.nested(() => this.binary(0));
    this.expect("]");
    return { kind: "index", target, key };
  }

  private primary(): ExpressionNode {
    const token = this.next();
    if (token?.kind === "number" || token?.kind === "string") return { kind: "literal", value: token.value };
    if (token?.kind === "name") return this.named(token.value);
    if (token?.value !== "(") throw this.unexpected(token);
    const inner = this.nested(() => this.binary(0));
    this.expect(")");
    return inner;
  }

  private named(name: string): ExpressionNode {
    if (this.accept("(")) return { kind: "call", name: name.toLowerCase(), args: this.args() };
    const keyword = KEYWORDS.get(name);
    return keyword === undefined
      ? { kind: "context", name: name.toLowerCase() }
      : { kind: "literal", value: keyword };
  }

  private args(): readonly ExpressionNode[] {
    const args: ExpressionNode[] = [];
    if (this.accept(")")) return args;
    do args.push(this.nested(() => this.binary(0)));
    while (this.accept(","));
    this.expect(")");
    return args;
  }

  private nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new ExpressionError(`Exceeded max expression depth ${MAX_DEPTH}`);
    const node = read();
    this.depth -= 1;
    return node;
  }

  private next(): Token | undefined {
    this.at += 1;
    return this.tokens[this.at - 1];
  }

  private accept(symbol: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== "symbol" || token.value !== symbol) return false;
    this.at += 1;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.unexpected();
  }

  private unexpected(token: Token | undefined = this.tokens[this.at]): ExpressionError {
    if (token === undefined) return new ExpressionError(`Unexpected end of expression: ${this.source}`);
    return new ExpressionError(
      `Unexpected symbol: '${token.value}'. Located at position ${token.at + 1} within expression: ${this.source}`,
    );
  }
}

/**
 * Parses one expression without its `${{ }}`. Names of contexts and functions come out in lower case.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
 * @throws ExpressionError
 */
export function parseExpression(source: string): ExpressionNode {
  if (source.length > MAX_LENGTH) throw new ExpressionError(`Exceeded max expression length ${MAX_LENGTH}`);
  return new Parser(source, tokenize(source)).parse();
}

/** Every node of the tree, the root first. */
export function* walkExpression(node: ExpressionNode): Generator<ExpressionNode> {
  yield node;
  if (node.kind === "index") {
    yield* walkExpression(node.target);
    yield* walkExpression(node.key);
  } else if (node.kind === "filter") yield* walkExpression(node.target);
  else if (node.kind === "not") yield* walkExpression(node.operand);
  else if (node.kind === "call") for (const arg of node.args) yield* walkExpression(arg);
  else if (node.kind === "binary") {
    yield* walkExpression(node.left);
    yield* walkExpression(node.right);
  }
}
