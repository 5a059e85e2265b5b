import { idempotencyKeySchema } from "@pulsekeep/contracts/api/ci";
import { AppError } from "../../http/app-error.js";

/** What one key, or one repository, may call in a minute: both forms of the interface count together. */
export const CI_RATE = { name: "ci", limit: 100, windowSeconds: 60 };

/** The idempotency key of a header. @throws AppError `invalid_input` naming the header */
export function readKey(header: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const parsed = idempotencyKeySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid_input", {
    errors: [{ path: header, message: "1 to 255 characters expected" }],
  });
}
