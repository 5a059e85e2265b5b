import { StandardSchemaValidationPipe } from "@nestjs/common";
import { AppError } from "./app-error.js";

type PathSegment = PropertyKey | { readonly key: PropertyKey };

const nameOf = (segment: PathSegment): string => String(typeof segment === "object" ? segment.key : segment);

/** Parses bodies, queries and parameters by the schema of the parameter; a failure names each bad field. */
export const validationPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) =>
    new AppError("invalid_input", {
      errors: issues.slice(0, 50).map(({ path, message }) => ({
        path: (path ?? []).map(nameOf).join("."),
        message,
      })),
    }),
});
