import { checkCondition, checkTemplate } from "../expressions/expression-template.js";
import { ExpressionError } from "../expressions/expression-value.js";
import { WorkflowFileError, type TextMap } from "./workflow.js";

/** A value of the YAML document with the path that leads to it, so that every refusal says where. */
export class WorkflowNode {
  constructor(
    private readonly value: unknown,
    readonly path: string,
  ) {}

  get isMissing(): boolean {
    return this.value === undefined || this.value === null;
  }

  get isMap(): boolean {
    return typeof this.value === "object" && this.value !== null && !Array.isArray(this.value);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  refuse(reason: string): WorkflowFileError {
    return new WorkflowFileError(this.path === "" ? reason : `${this.path}: ${reason}`);
  }

  /** The entries of a mapping; none if it is missing. */
  entries(): readonly (readonly [string, WorkflowNode])[] {
    if (this.isMissing) return [];
    if (!this.isMap) throw this.refuse("A mapping was expected");
    return Object.entries(this.value as object).map(([key, value]) => [key, this.below(key, value)]);
  }

  /** A mapping with these keys only; `unsupported` ones exist on GitHub but not here. */
  fields(known: readonly string[], unsupported: readonly string[] = []): (key: string) => WorkflowNode {
    const found = new Map(this.entries());
    for (const [key, node] of found) {
      if (unsupported.includes(key)) throw node.refuse(`'${key}' is not supported by the local runner`);
      if (!known.includes(key)) throw this.refuse(`Unexpected value '${key}'`);
    }
    return (key) => found.get(key) ?? this.below(key, undefined);
  }

  items(): readonly WorkflowNode[] {
    if (this.isMissing) return [];
    if (!Array.isArray(this.value)) throw this.refuse("A sequence was expected");
    return this.value.map((value: unknown, index) => this.below(String(index), value));
  }

  /** A string or a list of strings. */
  texts(): readonly string[] {
    return this.isList ? this.items().map((item) => item.text()) : this.isMissing ? [] : [this.text()];
  }

  textMap(): TextMap {
    return Object.fromEntries(this.entries().map(([key, node]) => [key, node.optionalText() ?? ""]));
  }

  text(): string {
    const text = this.optionalText();
    if (text === undefined) throw this.refuse("A value is required");
    return text;
  }

  /** Numbers and booleans count as their text, as on GitHub. Checks the expressions within. */
  optionalText(): string | undefined {
    const text = this.scalar();
    if (text !== undefined) this.checked(() => checkTemplate(text));
    return text;
  }

  condition(): string | undefined {
    const text = this.scalar();
    if (text !== undefined) this.checked(() => checkCondition(text));
    return text;
  }

  private scalar(): string | undefined {
    if (this.isMissing) return undefined;
    const { value } = this;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw this.refuse("A string was expected");
  }

  private checked(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (error instanceof ExpressionError) throw this.refuse(error.message);
      throw error;
    }
  }

  private below(key: string, value: unknown): WorkflowNode {
    return new WorkflowNode(value, this.path === "" ? key : `${this.path}.${key}`);
  }
}
