import { createHash } from "node:crypto";
import { AppError } from "../../http/app-error.js";
import { addressBucket } from "../../http/rate-limit/address-bucket.js";
import type { RateLimiter, RateRule } from "../../http/rate-limit/rate-limiter.js";

const MAILS: RateRule = { name: "mails_to_address", limit: 5, windowSeconds: 900 };

/**
 * Counted by the account that a request is about, wherever it comes from. The windows are fixed, so that whoever is
 * attacked gets in again when one ends.
 */
const OF_ACCOUNT: Readonly<Record<string, RateRule>> = {
  "/sign-in/email": { name: "sign_ins_of_account", limit: 100, windowSeconds: 900 },
  "/sign-up/email": MAILS,
  "/send-verification-email": MAILS,
  "/request-password-reset": MAILS,
};

/** A browser that has signed in to the account before: strangers use up the account's count, and not this one. */
const OF_DEVICE: Readonly<Record<string, RateRule>> = {
  "/sign-in/email": { name: "sign_ins_of_device", limit: 20, windowSeconds: 900 },
};

/**
 * Counted by where a request comes from, for all processes together. The library's own count goes on for as long as
 * requests come less than a window apart: twenty people behind one address would lock each other out.
 */
const FROM_ADDRESS: Readonly<Record<string, RateRule>> = {
  "/sign-in/email": { name: "sign_ins_from_address", limit: 20, windowSeconds: 60 },
  "/sign-up/email": { name: "sign_ups_from_address", limit: 20, windowSeconds: 60 },
  "/sign-in/social": { name: "social_sign_ins_from_address", limit: 30, windowSeconds: 60 },
};

/** What the library does not count itself. */
export const COUNTED_HERE = Object.keys(FROM_ADDRESS);

type SignInRequest = {
  path: string;
  ip: string;
  body: unknown;
  findDevice: (account: string) => string | undefined;
};

/**
 * Counts one request of the auth library's; the same for accounts that nobody has.
 *
 * @param request.path as the library reads it, without its prefix
 * @param request.body as it was sent
 * @param request.findDevice the id of a device that has signed in to the account before, where it is one
 * @throws AppError `rate_limited`
 */
export async function limitSignIns(
  limiter: RateLimiter,
  { path, ip, body, findDevice }: SignInRequest,
): Promise<void> {
  await take(limiter, ruleOf(FROM_ADDRESS, path), `ip:${addressBucket(ip)}`);
  const account = accountIn(body);
  if (account === undefined) return;
  const ofDevice = ruleOf(OF_DEVICE, path);
  const device = ofDevice && findDevice(account);
  if (ofDevice && device !== undefined && (await limiter.take(ofDevice, `device:${device}`)).allowed) return;
  await take(limiter, ruleOf(OF_ACCOUNT, path), `account:${account}`);
}

/** What names an account and begins a session of it; elsewhere a session may begin that is not of the account named. */
const SIGN_INS: ReadonlySet<string> = new Set(["/sign-in/email", "/sign-up/email"]);

/** Whose session a request begins, where it begins one: the account, as `findDevice` is asked for it. */
export const accountSignedIn = (path: string, body: unknown): string | undefined =>
  SIGN_INS.has(path) ? accountIn(body) : undefined;

/** The account that a request is about, as a hash of its address; undefined where it names none. */
function accountIn(body: unknown): string | undefined {
  const email = addressIn(body);
  return email === undefined ? undefined : createHash("sha256").update(email).digest("base64url");
}

const ruleOf = (rules: Readonly<Record<string, RateRule>>, path: string): RateRule | undefined =>
  Object.hasOwn(rules, path) ? rules[path] : undefined;

async function take(limiter: RateLimiter, rule: RateRule | undefined, who: string): Promise<void> {
  if (!rule) return;
  const { allowed, resetSeconds } = await limiter.take(rule, who);
  if (!allowed) throw new AppError("rate_limited", { headers: { "retry-after": String(resetSeconds) } });
}

/** As the library compares them. */
function addressIn(body: unknown): string | undefined {
  if (!(body instanceof Buffer)) return undefined;
  try {
    // Decoded as the library does it, which does not mind a byte order mark.
    const { email } = JSON.parse(new TextDecoder().decode(body)) as { email?: unknown };
    return typeof email === "string" ? email.trim().toLowerCase() : undefined;
  } catch {
    // The library says what is wrong with it.
    return undefined;
  }
}
