import { createSecretKey } from "node:crypto";
import { hmacSha256 } from "./digest.js";
import {
  canonicalPath,
  checkScrape,
  type ScrapeHeaders,
  scrapeHeaders,
  type Stamp,
  type VerifiedScrape,
} from "./scrape-headers.js";

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
  return scrapeHeaders(input, { version: "v2", sign: (stamp) => sign(input, stamp) });
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
  return checkScrape(input, { version: "v2", sign: (stamp) => sign(input, stamp) });
}

function sign(
  { secret, method, path }: { secret: string; method: string; path: string },
  { timestamp, nonce }: Stamp,
): Buffer {
  if (secret === "") throw new RangeError("an HMAC secret is not empty");
  const signed = [timestamp, method.toUpperCase(), canonicalPath(path), nonce].join("|");
  return hmacSha256(createSecretKey(secret, "utf8"), signed);
}
