import {
  checkExpression,
  evaluateExpression,
  usesStatusFunction,
  type ExpressionScope,
} from "./evaluate-expression.js";
import { parseExpression, type ExpressionNode } from "./expression-parser.js";
import { ExpressionError, isTruthy, toText, type ExpressionValue } from "./expression-value.js";

type TemplatePart = string | ExpressionNode;

/** The end of an expression is the first `}}` that is not inside a string literal. */
function findEnd(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "'") quoted = !quoted;
    else if (!quoted && text.startsWith("}}", at)) return at;
  }
  throw new ExpressionError(`The expression is not closed. An unescaped \${{ sequence was found: ${text}`);
}

function parseChecked(source: string): ExpressionNode {
  const node = parseExpression(source);
  checkExpression(node);
  return node;
}

function parseTemplate(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf("${{", at);
    if (open < 0) break;
    if (open > at) parts.push(text.slice(at, open));
    const end = findEnd(text, open + 3);
    parts.push(parseChecked(text.slice(open + 3, end)));
    at = end + 2;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}

/** Refuses text whose `${{ }}` cannot be evaluated. @throws ExpressionError */
export function checkTemplate(text: string): void {
  parseTemplate(text);
}

/** Text with `${{ }}` filled in. A text that is one single expression keeps that expression's type. */
export function fillTemplate(text: string, scope: ExpressionScope): ExpressionValue {
  const parts = parseTemplate(text).map((part) =>
    typeof part === "string" ? part : evaluateExpression(part, scope),
  );
  return parts.length === 1 ? (parts[0] ?? "") : parts.map(toText).join("");
}

export function fillText(text: string, scope: ExpressionScope): string {
  const parts = parseTemplate(text);
  return parts
    .map((part) => (typeof part === "string" ? part : toText(evaluateExpression(part, scope))))
    .join("");
}

/** The `${{ }}` of an `if` may be left out; text around one makes it a plain, hence true, string. */
function parseCondition(condition: string): ExpressionNode {
  if (!condition.includes("${{")) return parseChecked(condition);
  const parts = parseTemplate(condition.trim());
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && typeof only !== "string") return only;
  return { kind: "literal", value: condition };
}

/** @throws ExpressionError */
export function checkCondition(condition: string): void {
  parseCondition(condition);
}

/**
 * Whether a job or step with this `if` runs; none counts as `success()`.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
 */
export function holdsCondition(condition: string | undefined, scope: ExpressionScope): boolean {
  if (condition === undefined || condition.trim() === "") return scope.status === "success";
  const node = parseCondition(condition);
  if (!usesStatusFunction(node) && scope.status !== "success") return false;
  return isTruthy(evaluateExpression(node, scope));
}
