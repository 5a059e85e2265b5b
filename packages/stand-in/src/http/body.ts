import { GitHubError, invalidRequest } from "./github-error.js";

/** A JSON object from outside, read field by field in GitHub's manner (422 with the field's name). */
export class Body {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields;
  }

  static from(value: unknown): Body {
    if (value === undefined || value === null || value === "") return new Body({});
    if (typeof value !== "object" || Array.isArray(value))
      throw new GitHubError(400, "Body should be a JSON object");
    return new Body(value as Record<string, unknown>);
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  raw(name: string): unknown {
    return this.#fields[name];
  }

  string(name: string): string {
    const value = this.optionalString(name);
    if (value === undefined) throw invalidRequest(`"${name}" wasn't supplied.`);
    return value;
  }

  optionalString(name: string): string | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string")
      throw invalidRequest(`For 'properties/${name}', ${describe(value)} is not a string.`);
    return value;
  }

  optionalBoolean(name: string): boolean | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "boolean")
      throw invalidRequest(`For 'properties/${name}', ${describe(value)} is not a boolean.`);
    return value;
  }

  optionalArray(name: string): readonly unknown[] | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value))
      throw invalidRequest(`For 'properties/${name}', ${describe(value)} is not an array.`);
    return value;
  }

  optionalObject(name: string): Body | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "object" || Array.isArray(value))
      throw invalidRequest(`For 'properties/${name}', ${describe(value)} is not an object.`);
    return new Body(value as Record<string, unknown>);
  }

  toObject(): Readonly<Record<string, unknown>> {
    return this.#fields;
  }
}

function describe(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
