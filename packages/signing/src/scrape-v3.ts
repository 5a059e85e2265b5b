import { createSecretKey } from "node:crypto";
import { hmacSha256, sha256 } from "./digest.js";
import { lengthPrefixed } from "./length-prefixed.js";
import {
  checkScrape,
  type ScrapeHeaders,
  scrapeHeaders,
  type Stamp,
  type VerifiedScrape,
} from "./scrape-headers.js";

/** The answer's header in which a receiver names the versions that it accepts, as `v2, v3`. */
export const SCRAPE_VERSIONS_HEADER = "x-seqpulse-signature-versions";

const CONTEXT = "seqpulse-scrape/v3";
const NO_BODY = new Uint8Array();

type Request = {
  secret: string;
  method: string;
  /** As in the `Host` header: with a port unless it is the scheme's own. Letter case does not matter. */
  host: string;
  /** Path and query exactly as they stand in the request line. */
  target: string;
  /** Default none. */
  body?: Uint8Array;
};

/**
 * Signs a scrape in HMAC v3. Where v2 covers time, method, path and nonce, v3 also covers the host, the query and
 * the body, so that a signed request is good for one place only. What is signed is the list (`seqpulse-scrape/v3`,
 * timestamp, METHOD, host, path and query, nonce, SHA-256 of the body), each preceded by its length in bytes
 * (32 bits, big endian): no two requests give the same bytes.
 *
 * @throws RangeError when the secret is empty, or the nonce or the method is not of its form
 */
export function signScrapeV3(
  input: Request & { projectId: string; nonce: string; now: Date },
): Record<string, string> {
  return scrapeHeaders(
    { ...input, path: input.target },
    { version: "v3", sign: (stamp) => sign(input, stamp) },
  );
}

/**
 * Verifies a scrape at the receiver against what REALLY arrived. A receiver that verifies v3 and no longer v2
 * cannot be talked down to v2.
 *
 * @throws RangeError when the secret is empty
 */
export async function verifyScrapeV3(
  input: Request & {
    headers: ScrapeHeaders;
    now: Date;
    storeNonce: (nonce: string, ttlSeconds: number) => boolean | Promise<boolean>;
  },
): Promise<VerifiedScrape> {
  return checkScrape(input, { version: "v3", sign: (stamp) => sign(input, stamp) });
}

/** Whether an answer's header offers v3. */
export const offersScrapeV3 = (header: string | readonly string[] | undefined): boolean =>
  typeof header === "string" && header.split(",").some((version) => version.trim() === "v3");

function sign(
  { secret, method, host, target, body = NO_BODY }: Request,
  { timestamp, nonce }: Stamp,
): Buffer {
  if (secret === "") throw new RangeError("an HMAC secret is not empty");
  const fields = [CONTEXT, timestamp, method.toUpperCase(), host.toLowerCase(), target, nonce, sha256(body)];
  return hmacSha256(createSecretKey(secret, "utf8"), lengthPrefixed(fields));
}
