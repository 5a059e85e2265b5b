import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalPath, type ScrapeHeaders } from "./scrape-headers.js";
import { signScrapeV2, verifyScrapeV2 } from "./scrape-v2.js";

const now = new Date("2026-03-14T09:26:53.589Z");
const secret = "spm_0123456789";
const nonce = "b7a1c6b2f0d94f6e";
const signed = { secret, projectId: "p-1", method: "GET", path: "/seqpulse-metrics", nonce, now };
const headers = signScrapeV2(signed);

/** A receiver that remembers nonces in a set, as a customer's service would. */
function receiver() {
  const seen = new Set<string>();
  const storeNonce = (value: string) => !seen.has(value) && seen.add(value) !== undefined;
  const receive = (change: Partial<Parameters<typeof verifyScrapeV2>[0]> = {}) =>
    verifyScrapeV2({ secret, method: "GET", path: "/seqpulse-metrics", headers, now, storeNonce, ...change });
  return { seen, receive };
}

describe("scrape signature v2", () => {
  it("writes the headers and the signature of the original's wire format", () => {
    const text = "2026-03-14T09:26:53Z|GET|/seqpulse-metrics|b7a1c6b2f0d94f6e";
    expect(headers).toEqual({
      "X-SeqPulse-Timestamp": "2026-03-14T09:26:53Z",
      "X-SeqPulse-Nonce": nonce,
      "X-SeqPulse-Signature": `sha256=${createHmac("sha256", secret).update(text).digest("hex")}`,
      "X-SeqPulse-Signature-Version": "v2",
      "X-SeqPulse-Canonical-Path": "/seqpulse-metrics",
      "X-SeqPulse-Method": "GET",
      "X-SeqPulse-Nonce-TTL": "330",
      "X-SeqPulse-Project-Id": "p-1",
    });
  });

  it("accepts its own headers once, in any case", async () => {
    const { receive } = receiver();
    const lower = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(await receive({ headers: lower, path: "/seqpulse-metrics/?page=1" })).toEqual({ ok: true });
    expect(await receive()).toEqual({ ok: false, reason: "nonce_reused" });
  });

  it("SIG-22 refuses the signature on another path or method, whatever the headers repeat", async () => {
    const { receive } = receiver();
    expect(await receive({ path: "/admin" })).toEqual({ ok: false, reason: "bad_signature" });
    expect(await receive({ method: "POST" })).toEqual({ ok: false, reason: "bad_signature" });
  });

  it("SIG-23 stores no nonce of a request whose signature is wrong", async () => {
    const { receive, seen } = receiver();
    for (let at = 0; at < 500; at++) {
      await receive({ headers: { ...headers, "X-SeqPulse-Nonce": `forged-nonce-${at}` } });
    }
    expect(seen.size).toBe(0);
  });

  it("refuses beyond five minutes of age or thirty seconds ahead", async () => {
    const at = (ms: number) => new Date(Date.parse("2026-03-14T09:26:53Z") + ms);
    const reasons = [300_000, 300_001, -30_000, -30_001].map(async (ms) => {
      const verified = await receiver().receive({ now: at(ms) });
      return verified.ok ? "ok" : verified.reason;
    });
    expect(await Promise.all(reasons)).toEqual(["ok", "too_old", "ok", "from_future"]);
  });

  it.each<[string, ScrapeHeaders, string]>([
    ["no signature", { "X-SeqPulse-Signature": undefined }, "missing_header"],
    ["an empty nonce", { "X-SeqPulse-Nonce": "" }, "missing_header"],
    ["SIG-18 the signature twice", { "X-SeqPulse-Signature": ["sha256=a", "sha256=b"] }, "ambiguous_header"],
    ["SIG-18 the signature in two cases", { "x-seqpulse-signature": "sha256=00" }, "ambiguous_header"],
    [
      "SIG-18 joined signatures",
      { "X-SeqPulse-Signature": `${headers["X-SeqPulse-Signature"]}, x` },
      "bad_signature",
    ],
    ["version 1", { "X-SeqPulse-Signature-Version": "v1" }, "unsupported_version"],
    ["a time with an offset", { "X-SeqPulse-Timestamp": "2026-03-14T09:26:53+00:00" }, "bad_timestamp"],
    ["a thirteenth month", { "X-SeqPulse-Timestamp": "2026-13-14T09:26:53Z" }, "bad_timestamp"],
    ["SIG-09 a nonce that holds the separator", { "X-SeqPulse-Nonce": "b7a1|c6b2f0d94f6e" }, "bad_nonce"],
    ["SIG-07 an empty MAC", { "X-SeqPulse-Signature": "sha256=" }, "bad_signature"],
    [
      "SIG-07 upper case",
      { "X-SeqPulse-Signature": headers["X-SeqPulse-Signature"]?.toUpperCase() },
      "bad_signature",
    ],
  ])("refuses %s", async (_name, change, reason) => {
    const { receive, seen } = receiver();
    expect(await receive({ headers: { ...headers, ...change } })).toEqual({ ok: false, reason });
    expect(seen.size).toBe(0);
  });

  it("SIG-09 refuses to sign with a nonce or method that could shift a field boundary", () => {
    expect(() => signScrapeV2({ ...signed, nonce: "aaaa|bbbb" })).toThrow(RangeError);
    expect(() => signScrapeV2({ ...signed, method: "GET|/x" })).toThrow(RangeError);
    expect(() => signScrapeV2({ ...signed, secret: "" })).toThrow(RangeError);
  });

  it("SIG-06 refuses a signature with any bit flipped", async () => {
    const bytes = Buffer.from(headers["X-SeqPulse-Signature"] ?? "", "latin1");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const verified = await receiver().receive({
        headers: { ...headers, "X-SeqPulse-Signature": flipped.toString("latin1") },
      });
      if (verified.ok) expect.fail(`bit ${bit}`);
    }
  });
});

describe("canonical path", () => {
  it.each([
    ["", "/"],
    ["/", "/"],
    ["//", "/"],
    ["metrics", "/metrics"],
    ["/metrics/", "/metrics"],
    ["/metrics?x=/y/", "/metrics"],
    ["/a%2Fb/#frag", "/a%2Fb"],
  ])("makes %j into %j", (path, expected) => {
    expect(canonicalPath(path)).toBe(expected);
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        expect(canonicalPath(canonicalPath(path))).toBe(canonicalPath(path));
      }),
    );
  });
});
