import { AppError } from "./app-error.js";

/** Refuses an environment that a project has not. `path`: how the request calls it. */
export function unknownEnvironment(known: readonly string[], path = "environment"): AppError {
  const names = known.join(", ");
  return new AppError("ENVIRONMENT_UNKNOWN", {
    detail: `The project's environments are: ${names}`,
    errors: [{ path, message: `one of ${names} expected` }],
  });
}
