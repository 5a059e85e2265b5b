import { createHash } from "node:crypto";
import { AppError } from "../../http/app-error.js";
import type { RateLimiter, RateRule } from "../../http/rate-limit/rate-limiter.js";

const MAILS: RateRule = { name: "mails_to_address", limit: 5, windowSeconds: 900 };

/**
 * Counted by the address that a request is about, wherever it comes from: the auth library counts by where it comes
 * from. The windows are fixed, so that whoever is attacked gets in again when one ends.
 */
const RULES: Readonly<Record<string, RateRule>> = {
  "/sign-in/email": { name: "sign_ins_of_account", limit: 100, windowSeconds: 900 },
  "/sign-up/email": MAILS,
  "/send-verification-email": MAILS,
  "/request-password-reset": MAILS,
};

/**
 * Counts one request of the auth library's; the same for addresses that nobody has.
 *
 * @param path without the library's prefix
 * @param body as it was sent
 * @throws AppError `rate_limited`
 */
export async function limitByAccount(limiter: RateLimiter, path: string, body: unknown): Promise<void> {
  const rule = Object.hasOwn(RULES, path) ? RULES[path] : undefined;
  const address = rule && addressIn(body);
  if (!rule || address === undefined) return;
  const who = createHash("sha256").update(address).digest("base64url");
  const { allowed, resetSeconds } = await limiter.take(rule, `account:${who}`);
  if (!allowed) throw new AppError("rate_limited", { headers: { "retry-after": String(resetSeconds) } });
}

/** As the library compares them. */
function addressIn(body: unknown): string | undefined {
  if (!(body instanceof Buffer)) return undefined;
  try {
    const { email } = JSON.parse(body.toString("utf8")) as { email?: unknown };
    return typeof email === "string" ? email.trim().toLowerCase() : undefined;
  } catch {
    // The library says what is wrong with it.
    return undefined;
  }
}
