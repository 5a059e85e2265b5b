import { describe, expect, it } from "vitest";
import { outcomeOf } from "./delivery-outcome.js";

const answer = (status: number | null, code = `http_${status}`, retryAfterSeconds: number | null = null) => ({
  status,
  code,
  retryAfterSeconds,
});

describe("what becomes of a message", () => {
  it("is sent when Slack takes it", () => {
    expect(outcomeOf(answer(200, "ok"), 4)).toEqual({ kind: "sent" });
  });

  it.each([
    answer(500),
    answer(503),
    answer(408),
    answer(null, "timeout"),
    answer(null, "connection_failed"),
  ])("is tried again after 30, 120 and 300 seconds when %o may pass, and then no more", (passing) => {
    const outcomes = [1, 2, 3, 4].map((attempts) => outcomeOf(passing, attempts));
    expect(outcomes).toEqual([
      { kind: "retry", afterSeconds: 30, reason: passing.code },
      { kind: "retry", afterSeconds: 120, reason: passing.code },
      { kind: "retry", afterSeconds: 300, reason: passing.code },
      { kind: "failed", reason: passing.code },
    ]);
  });

  it.each([
    [answer(404, "no_service"), "no_service"],
    [answer(410, "channel_is_archived"), "channel_is_archived"],
    [answer(404), "http_404"],
  ])("is the end of the webhook after %o", (gone, reason) => {
    expect(outcomeOf(gone, 1)).toEqual({ kind: "dead", reason });
  });

  it.each([answer(400, "invalid_blocks"), answer(403, "action_prohibited"), answer(302)])(
    "is failed at once after %o, which no repetition would change",
    (refused) => {
      expect(outcomeOf(refused, 1)).toEqual({ kind: "failed", reason: refused.code });
    },
  );

  it("waits as long as Slack asks, an hour at most, and half a minute when it does not say", () => {
    const seconds = (asked: number | null, attempts = 1) =>
      outcomeOf(answer(429, "rate_limited", asked), attempts);
    expect(seconds(7)).toEqual({ kind: "pause", afterSeconds: 7, reason: "rate_limited" });
    expect(seconds(0, 4)).toMatchObject({ kind: "pause", afterSeconds: 1 });
    expect(seconds(null)).toMatchObject({ afterSeconds: 30 });
    expect(seconds(999_999)).toMatchObject({ afterSeconds: 3_600 });
  });
});
