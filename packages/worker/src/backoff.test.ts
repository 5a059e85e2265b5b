import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBackoff } from "./backoff.js";

describe("pauses before a reconnection", () => {
  it("double from a second to a minute, within their upper half", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (draws) => {
        const backoff = createBackoff(() => draws.shift() ?? 0.5);
        for (let failures = 0; draws.length > 0; failures++) {
          const ceilingMs = Math.min(1_000 * 2 ** failures, 60_000);
          const pauseMs = backoff.next();
          expect(pauseMs).toBeGreaterThanOrEqual(ceilingMs / 2);
          expect(pauseMs).toBeLessThanOrEqual(ceilingMs);
        }
      }),
    );
  });

  it("are different for workers that lost the same server", () => {
    const [one, other] = [createBackoff(() => 0.1), createBackoff(() => 0.9)];
    expect(one.next()).not.toBe(other.next());
  });

  it("are short again after a success", () => {
    const backoff = createBackoff(() => 1);
    for (let failures = 0; failures < 20; failures++) backoff.next();
    expect(backoff.next()).toBe(60_000);
    backoff.reset();
    expect(backoff.next()).toBe(1_000);
  });
});
