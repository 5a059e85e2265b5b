import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signScrapeV2, verifyScrapeV2 } from "./scrape-v2.js";
import { offersScrapeV3, signScrapeV3, verifyScrapeV3 } from "./scrape-v3.js";

const NOW = new Date("2026-03-01T12:00:00Z");
const request = {
  secret: "spm_a-secret-of-this-test",
  method: "GET",
  host: "api.example.com:8443",
  target: "/seqpulse-metrics?window=60",
};
const signed = (changes: Partial<typeof request & { body: Uint8Array; now: Date }> = {}) =>
  signScrapeV3({ ...request, projectId: "p1", nonce: "nonce-of-this-test", now: NOW, ...changes });
const verify = (
  headers: Record<string, string>,
  changes: Partial<typeof request & { body: Uint8Array; now: Date }> = {},
  storeNonce = () => true,
) => verifyScrapeV3({ ...request, headers, now: NOW, storeNonce, ...changes });

describe("a scrape signed with v3", () => {
  it("is accepted as it was sent, whatever the case of host and method", async () => {
    expect(await verify(signed())).toEqual({ ok: true });
    expect(await verify(signed(), { host: "API.example.com:8443", method: "get" })).toEqual({ ok: true });
  });

  it.each<[string, Partial<typeof request & { body: Uint8Array }>]>([
    ["host", { host: "api.example.net:8443" }],
    ["port", { host: "api.example.com" }],
    ["query", { target: "/seqpulse-metrics?window=61" }],
    ["path", { target: "/other?window=60" }],
    ["method", { method: "POST" }],
    ["body", { body: Buffer.from("{}") }],
    ["secret", { secret: "spm_another" }],
  ])("is refused for another %s", async (_, change) => {
    expect(await verify(signed(), change)).toEqual({ ok: false, reason: "bad_signature" });
  });

  it("is refused when it is old, early, or seen before", async () => {
    const at = (seconds: number) => ({ now: new Date(NOW.getTime() + seconds * 1_000) });
    expect(await verify(signed(), at(301))).toEqual({ ok: false, reason: "too_old" });
    expect(await verify(signed(), at(-31))).toEqual({ ok: false, reason: "from_future" });
    expect(await verify(signed(), {}, () => false)).toEqual({ ok: false, reason: "nonce_reused" });
  });

  it("passes for no v2, and a v2 for no v3", async () => {
    const v2 = signScrapeV2({
      ...request,
      path: "/seqpulse-metrics",
      projectId: "p1",
      nonce: "nonce-1234",
      now: NOW,
    });
    expect(await verify(v2)).toEqual({ ok: false, reason: "unsupported_version" });
    expect(await verify({ ...v2, "X-SeqPulse-Signature-Version": "v3" })).toEqual({
      ok: false,
      reason: "bad_signature",
    });
    const asV2 = { ...signed(), "X-SeqPulse-Signature-Version": "v2" };
    expect(
      await verifyScrapeV2({
        ...request,
        path: request.target,
        headers: asV2,
        now: NOW,
        storeNonce: () => true,
      }),
    ).toEqual({ ok: false, reason: "bad_signature" });
  });

  it("has one reading: no two requests have the same signature", () => {
    const text = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(fc.tuple(text, text), fc.tuple(text, text), (one, other) => {
        fc.pre(one[0].toLowerCase() !== other[0].toLowerCase() || one[1] !== other[1]);
        const of = ([host, target]: [string, string]) => signed({ host, target })["X-SeqPulse-Signature"];
        expect(of(one)).not.toBe(of(other));
      }),
    );
  });

  it("has the bytes that the format says", () => {
    const bodyHash = createHash("sha256").digest();
    const fields = ["seqpulse-scrape/v3", "2026-03-01T12:00:00Z", "GET", request.host, request.target];
    const hmac = createHmac("sha256", request.secret);
    for (const field of [...fields, "nonce-of-this-test", bodyHash]) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(field));
      hmac.update(length).update(field);
    }
    expect(signed()["X-SeqPulse-Signature"]).toBe(`sha256=${hmac.digest("hex")}`);
  });
});

it("is offered by a receiver that names it", () => {
  expect(["v2, v3", "v3", "v2,v3"].map(offersScrapeV3)).toEqual([true, true, true]);
  expect([undefined, "", "v2", "v33", ["v3", "v2"]].map(offersScrapeV3)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
