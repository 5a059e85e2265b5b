import { type ArgumentMetadata, StandardSchemaValidationPipe } from "@nestjs/common";
import { AppError, type FieldError } from "./app-error.js";

type PathSegment = PropertyKey | { readonly key: PropertyKey };

const nameOf = (segment: PathSegment): string => String(typeof segment === "object" ? segment.key : segment);

type Issue = {
  readonly message: string;
  readonly path?: readonly PathSegment[] | undefined;
  readonly keys?: unknown;
};

/** What a schema does not know is a problem of the field that was sent, not of what it was sent in. */
function toFieldErrors({ path = [], message, keys }: Issue): FieldError[] {
  const names = path.map(nameOf);
  if (!Array.isArray(keys)) return [{ path: names.join("."), message }];
  return keys
    .slice(0, 10)
    .map((key) => ({ path: [...names, String(key)].join("."), message: "there is no such field" }));
}

/** Parses bodies, queries and parameters by the schema of the parameter; a failure names each bad field. */
class ParameterPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      const parsed: T = await super.transform(value, metadata);
      const found = metadata.schema && findUnstorable(parsed);
      if (!found) return parsed;
      throw new AppError("invalid_input", {
        errors: [{ path: found.join("."), message: "NUL and halves of characters are not allowed" }],
      });
    } catch (thrown) {
      throw metadata.data === undefined ? thrown : inParameter(metadata.data, thrown);
    }
  }
}

export const validationPipe = new ParameterPipe({
  exceptionFactory: (issues) =>
    new AppError("invalid_input", {
      errors: issues.slice(0, 50).flatMap(toFieldErrors),
    }),
});

/** Deeper than any schema of ours: what is left there unread may be nested as deep as a body is long. */
const DEEPEST = 20;

/** Where the first text is that the database cannot hold, so that no field's schema has to say it. */
function findUnstorable(value: unknown, depth = 0): string[] | undefined {
  // Half of a surrogate pair is a JSON text, and no Unicode.
  if (typeof value === "string") return value.includes("\0") || !value.isWellFormed() ? [] : undefined;
  if (typeof value !== "object" || value === null || depth === DEEPEST) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const found = findUnstorable(inner, depth + 1);
    if (found) return [name, ...found];
  }
  return undefined;
}

/** A single parameter is its schema's root, which has no name of its own. */
function inParameter(name: string, thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.errors === undefined) return thrown;
  const named = ({ path, message }: FieldError) => ({
    path: path === "" ? name : `${name}.${path}`,
    message,
  });
  return new AppError(thrown.code, { errors: thrown.errors.map(named) });
}
