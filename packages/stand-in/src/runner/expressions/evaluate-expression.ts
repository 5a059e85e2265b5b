import { EXPRESSION_FUNCTIONS } from "./expression-functions.js";
import { walkExpression, type BinaryOperator, type ExpressionNode } from "./expression-parser.js";
import {
  ExpressionError,
  isArray,
  isObject,
  isTruthy,
  looseCompare,
  looseEquals,
  readProperty,
  type ExpressionObject,
  type ExpressionValue,
} from "./expression-value.js";

/** What the status check functions look at. */
export type StatusSoFar = "success" | "failure" | "cancelled";

export interface ExpressionScope {
  /** Context name (`github`, `secrets`, ...) to its value; a name that is missing is null. */
  readonly contexts: ExpressionObject;
  readonly status: StatusSoFar;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/contexts */
const CONTEXT_NAMES = new Set(
  "github env vars job jobs steps runner secrets strategy matrix needs inputs".split(" "),
);

/** https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions */
const STATUS_FUNCTIONS = new Map<string, (status: StatusSoFar) => boolean>([
  ["always", () => true],
  ["success", (status) => status === "success"],
  ["failure", (status) => status === "failure"],
  ["cancelled", (status) => status === "cancelled"],
]);

/** An `if` without one of these is understood as `success() && (...)`. */
export function usesStatusFunction(node: ExpressionNode): boolean {
  return [...walkExpression(node)].some((part) => part.kind === "call" && STATUS_FUNCTIONS.has(part.name));
}

/** Refuses names and functions that do not exist, and wrong numbers of arguments. @throws ExpressionError */
export function checkExpression(node: ExpressionNode): void {
  for (const part of walkExpression(node)) {
    if (part.kind === "context" && !CONTEXT_NAMES.has(part.name)) {
      throw new ExpressionError(`Unrecognized named-value: '${part.name}'`);
    }
    if (part.kind === "call") checkCall(part.name, part.args.length);
  }
}

function checkCall(name: string, count: number): void {
  if (name === "hashfiles") throw new ExpressionError("hashFiles() is not supported by the local runner");
  const arity = STATUS_FUNCTIONS.has(name) ? [0, 0] : EXPRESSION_FUNCTIONS.get(name)?.arity;
  if (arity === undefined) throw new ExpressionError(`Unrecognized function: '${name}'`);
  const [min = 0, max = 0] = arity;
  if (count < min) throw new ExpressionError(`Too few parameters supplied: '${name}'`);
  if (count > max) throw new ExpressionError(`Too many parameters supplied: '${name}'`);
}

function compare(operator: BinaryOperator, left: ExpressionValue, right: ExpressionValue): boolean {
  if (operator === "==") return looseEquals(left, right);
  if (operator === "!=") return !looseEquals(left, right);
  const order = looseCompare(left, right);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

/** `labels.*.name`: a filter makes every later property access apply to each element. */
class Filtered {
  constructor(readonly elements: readonly ExpressionValue[]) {}
}

type PartValue = ExpressionValue | Filtered;

function evaluatePart(node: ExpressionNode, scope: ExpressionScope): PartValue {
  if (node.kind === "filter") {
    const target = evaluatePart(node.target, scope);
    const lists = target instanceof Filtered ? target.elements : [target];
    return new Filtered(
      lists.flatMap((list) => (isArray(list) ? list : isObject(list) ? Object.values(list) : [])),
    );
  }
  if (node.kind !== "index") return evaluateExpression(node, scope);
  const target = evaluatePart(node.target, scope);
  const key = evaluateExpression(node.key, scope);
  if (!(target instanceof Filtered)) return readProperty(target, key);
  return new Filtered(
    target.elements.map((element) => readProperty(element, key)).filter((value) => value !== null),
  );
}

function evaluateCall(
  name: string,
  args: readonly ExpressionNode[],
  scope: ExpressionScope,
): ExpressionValue {
  const ofStatus = STATUS_FUNCTIONS.get(name);
  if (ofStatus !== undefined) return ofStatus(scope.status);
  const found = EXPRESSION_FUNCTIONS.get(name);
  if (found === undefined) throw new ExpressionError(`Unrecognized function: '${name}'`);
  return found.call(...args.map((arg) => evaluateExpression(arg, scope)));
}

/** Evaluates a parsed expression. @throws ExpressionError */
export function evaluateExpression(node: ExpressionNode, scope: ExpressionScope): ExpressionValue {
  switch (node.kind) {
    case "literal":
      return node.value;
    case "context":
      return scope.contexts[node.name] ?? null;
    case "not":
      return !isTruthy(evaluateExpression(node.operand, scope));
    case "call":
      return evaluateCall(node.name, node.args, scope);
    case "index":
    case "filter": {
      const part = evaluatePart(node, scope);
      return part instanceof Filtered ? part.elements : part;
    }
    case "binary": {
      const left = evaluateExpression(node.left, scope);
      // `&&` and `||` give back one of their operands, not a boolean.
      if (node.operator === "&&") return isTruthy(left) ? evaluateExpression(node.right, scope) : left;
      if (node.operator === "||") return isTruthy(left) ? left : evaluateExpression(node.right, scope);
      return compare(node.operator, left, evaluateExpression(node.right, scope));
    }
  }
}
