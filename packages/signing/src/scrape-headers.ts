import { equalBytes } from "./digest.js";

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

/** What a signature covers besides the request: made once, and never again. */
export type Stamp = { timestamp: string; nonce: string };

/** Makes the bytes of a signature over a request and its stamp. */
type Sign = (stamp: Stamp) => Buffer;

/**
 * The headers of a signed scrape, whatever its version signs.
 *
 * @throws RangeError when the nonce or the method could make what is signed ambiguous
 */
export function scrapeHeaders(
  input: { projectId: string; method: string; path: string; nonce: string; now: Date },
  { version, sign }: { version: "v2" | "v3"; sign: Sign },
): Record<string, string> {
  const method = input.method.toUpperCase();
  if (!NONCE.test(input.nonce) || !METHOD.test(method)) throw new RangeError("bad nonce or method");
  const timestamp = `${input.now.toISOString().slice(0, 19)}Z`;
  return {
    "X-SeqPulse-Timestamp": timestamp,
    "X-SeqPulse-Nonce": input.nonce,
    "X-SeqPulse-Signature": `sha256=${sign({ timestamp, nonce: input.nonce }).toString("hex")}`,
    "X-SeqPulse-Signature-Version": version,
    "X-SeqPulse-Canonical-Path": canonicalPath(input.path),
    "X-SeqPulse-Method": method,
    "X-SeqPulse-Nonce-TTL": String(SCRAPE_NONCE_TTL_SECONDS),
    "X-SeqPulse-Project-Id": input.projectId,
  };
}

/** Whether headers carry a fresh signature of this version. The nonce is stored last, once the rest is right. */
export async function checkScrape(
  input: {
    headers: ScrapeHeaders;
    now: Date;
    storeNonce: (nonce: string, ttlSeconds: number) => boolean | Promise<boolean>;
  },
  { version, sign }: { version: "v2" | "v3"; sign: Sign },
): Promise<VerifiedScrape> {
  const headers = readHeaders(input.headers);
  if (typeof headers === "string") return { ok: false, reason: headers };
  const { timestamp, nonce, signature } = headers;
  if (headers.version !== version) return { ok: false, reason: "unsupported_version" };
  const stale = staleness(timestamp, input.now);
  if (stale !== undefined) return { ok: false, reason: stale };
  if (!NONCE.test(nonce)) return { ok: false, reason: "bad_nonce" };
  const expected = `sha256=${sign({ timestamp, nonce }).toString("hex")}`;
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
