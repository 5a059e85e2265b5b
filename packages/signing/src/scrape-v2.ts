import { createSecretKey } from "node:crypto";
import { equalBytes, hmacSha256 } from "./digest.js";

/** How long a receiver must remember a nonce, in seconds: as long as its timestamp would be accepted. */
export const SCRAPE_NONCE_TTL_SECONDS = 330;

const MAX_AGE_SECONDS = 300;
const MAX_AHEAD_SECONDS = 30;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
// The four fields are joined by `|`. Only the path may contain one: then the text still has a single reading.
const NONCE = /^[\x21-\x7b\x7d\x7e]{8,128}$/;
const METHOD = /^[A-Z]{1,16}$/;

export type ScrapeRefusal =
  | "missing_header"
  | "ambiguous_header"
  | "unsupported_version"
  | "bad_timestamp"
  | "too_old"
  | "from_future"
  | "bad_nonce"
  | "bad_signature"
  | "nonce_reused";

export type VerifiedScrape = { ok: true } | { ok: false; reason: ScrapeRefusal };

/** Headers by name in any case, as Node's `request.headers` gives them. */
export type ScrapeHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Signs a scrape in SeqPulse's HMAC v2: `HMAC-SHA256(secret, timestamp|METHOD|path|nonce)`.
 *
 * @param input.secret the project's secret as it was shown, used as UTF-8 text
 * @param input.path path of the request as it will be sent; a query is not covered by v2
 * @throws RangeError when the secret is empty, or the nonce or the method could make the signed text ambiguous
 */
export function signScrapeV2(input: {
  secret: string;
  projectId: string;
  method: string;
  path: string;
  nonce: string;
  now: Date;
}): Record<string, string> {
  const method = input.method.toUpperCase();
  if (!NONCE.test(input.nonce) || !METHOD.test(method)) throw new RangeError("bad nonce or method");
  const timestamp = `${input.now.toISOString().slice(0, 19)}Z`;
  const path = canonicalPath(input.path);
  const mac = signV2(input.secret, [timestamp, method, path, input.nonce]);
  return {
    "X-SeqPulse-Timestamp": timestamp,
    "X-SeqPulse-Nonce": input.nonce,
    "X-SeqPulse-Signature": `sha256=${mac.toString("hex")}`,
    "X-SeqPulse-Signature-Version": "v2",
    "X-SeqPulse-Canonical-Path": path,
    "X-SeqPulse-Method": method,
    "X-SeqPulse-Nonce-TTL": String(SCRAPE_NONCE_TTL_SECONDS),
    "X-SeqPulse-Project-Id": input.projectId,
  };
}

/**
 * Verifies a scrape at the receiver against the method and path that REALLY arrived; the two headers that
 * repeat them are not read. `storeNonce` is asked only once the signature is right, so that unsigned requests
 * cannot fill the store; it answers false when it knew the nonce.
 *
 * @throws RangeError when the secret is empty
 */
export async function verifyScrapeV2(input: {
  secret: string;
  method: string;
  path: string;
  headers: ScrapeHeaders;
  now: Date;
  storeNonce: (nonce: string, ttlSeconds: number) => boolean | Promise<boolean>;
}): Promise<VerifiedScrape> {
  const headers = readHeaders(input.headers);
  if (typeof headers === "string") return { ok: false, reason: headers };
  const { timestamp, nonce, signature, version } = headers;
  if (version !== "v2") return { ok: false, reason: "unsupported_version" };
  const stale = staleness(timestamp, input.now);
  if (stale !== undefined) return { ok: false, reason: stale };
  if (!NONCE.test(nonce)) return { ok: false, reason: "bad_nonce" };
  const signed = [timestamp, input.method.toUpperCase(), canonicalPath(input.path), nonce];
  const expected = `sha256=${signV2(input.secret, signed).toString("hex")}`;
  if (!equalBytes(Buffer.from(expected), Buffer.from(signature)))
    return { ok: false, reason: "bad_signature" };
  const isNew = await input.storeNonce(nonce, SCRAPE_NONCE_TTL_SECONDS);
  return isNew ? { ok: true } : { ok: false, reason: "nonce_reused" };
}

/** A path with a leading and no trailing slash, without query or fragment; the root is `/`. */
export function canonicalPath(path: string): string {
  const bare = path.replace(/[?#].*$/s, "");
  let end = bare.length;
  while (end > 0 && bare[end - 1] === "/") end--;
  const trimmed = bare.slice(0, end);
  return trimmed.startsWith("/") ? trimmed : `/${trimmed}`;
}

function signV2(secret: string, fields: readonly string[]): Buffer {
  if (secret === "") throw new RangeError("an HMAC secret is not empty");
  return hmacSha256(createSecretKey(secret, "utf8"), fields.join("|"));
}

function staleness(timestamp: string, now: Date): ScrapeRefusal | undefined {
  const at = TIMESTAMP.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(at)) return "bad_timestamp";
  const ageSeconds = (now.getTime() - at) / 1000;
  if (ageSeconds > MAX_AGE_SECONDS) return "too_old";
  return ageSeconds < -MAX_AHEAD_SECONDS ? "from_future" : undefined;
}

const SIGNED_HEADERS = {
  timestamp: "x-seqpulse-timestamp",
  nonce: "x-seqpulse-nonce",
  signature: "x-seqpulse-signature",
  version: "x-seqpulse-signature-version",
} as const;

type SignedHeaders = Record<keyof typeof SIGNED_HEADERS, string>;

function readHeaders(headers: ScrapeHeaders): SignedHeaders | "missing_header" | "ambiguous_header" {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const key = name.toLowerCase();
    const isSigned = Object.values<string>(SIGNED_HEADERS).includes(key);
    if (isSigned && (typeof value !== "string" || values.has(key))) return "ambiguous_header";
    if (typeof value === "string") values.set(key, value);
  }
  const [timestamp, nonce, signature, version] = Object.values(SIGNED_HEADERS).map((key) => values.get(key));
  if (!timestamp || !nonce || !signature || !version) return "missing_header";
  return { timestamp, nonce, signature, version };
}
