import type { IncomingHttpHeaders } from "node:http";
import { idempotencyKeySchema } from "@pulsekeep/contracts/api/ci";
import { AppError } from "../../http/app-error.js";

/** What one key, or one repository, may call in a minute: both forms of the interface count together. */
export const CI_RATE = { name: "ci", limit: 100, windowSeconds: 60 };

/** Each form has a name of its own for it, and takes the other's: a key that was passed over would begin a second deployment. */
const KEY_HEADERS = ["Idempotency-Key", "X-Idempotency-Key"] as const;

/** The idempotency key of the headers. @throws AppError `invalid_input` naming the header */
export function readKey(headers: IncomingHttpHeaders): string | undefined {
  const header = KEY_HEADERS.find((name) => headers[name.toLowerCase()] !== undefined);
  if (header === undefined) return undefined;
  const parsed = idempotencyKeySchema.safeParse(headers[header.toLowerCase()]);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid_input", {
    errors: [{ path: header, message: "1 to 255 characters expected" }],
  });
}
