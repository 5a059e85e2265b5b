import { createTestRedis, type TestRedis } from "@pulsekeep/database/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Env } from "../../env.js";
import { Clock } from "../../platform/clock.js";
import { createLogger } from "../../platform/logger.js";
import { RateLimiter } from "./rate-limiter.js";

const RULE = { name: "test", limit: 5, windowSeconds: 60 };

class FixedClock extends Clock {
  nowMs = Date.UTC(2026, 0, 1, 12, 0, 15);
  override now = () => new Date(this.nowMs);
}

let redis: TestRedis;
beforeAll(async () => {
  redis = await createTestRedis();
});
afterAll(() => redis.stop());

const open: RateLimiter[] = [];
afterAll(() => Promise.all(open.map((limiter) => limiter.onApplicationShutdown())));

function newLimiter(redisUrl?: string, clock = new FixedClock()) {
  const logger = createLogger("silent");
  const limiter = new RateLimiter({ REDIS_URL: redisUrl } as Env, clock, logger);
  open.push(limiter);
  return { limiter, clock };
}

const allowedOf = async (limiters: readonly RateLimiter[], calls: number, who: string) => {
  const answers = await Promise.all(
    Array.from({ length: calls }, (_, index) => {
      const limiter = limiters[index % limiters.length];
      if (!limiter) throw new Error("No limiter");
      return limiter.take(RULE, who);
    }),
  );
  return answers.filter(({ allowed }) => allowed).length;
};

describe.each([
  ["in Redis", () => redis.url],
  ["in the process", () => undefined],
])("%s", (where, url) => {
  it("lets exactly the limit pass of 500 calls at once", async () => {
    expect(await allowedOf([newLimiter(url()).limiter], 500, `many ${where}`)).toBe(RULE.limit);
  });

  it("counts every caller by itself, and begins anew with the next window", async () => {
    const { limiter, clock } = newLimiter(url());
    expect(await limiter.take(RULE, `a ${where}`)).toEqual({
      allowed: true,
      remaining: 4,
      resetSeconds: 45,
    });
    await allowedOf([limiter], 5, `a ${where}`);
    expect((await limiter.take(RULE, `a ${where}`)).allowed).toBe(false);
    expect((await limiter.take(RULE, `b ${where}`)).allowed).toBe(true);
    clock.nowMs += 45_000;
    expect((await limiter.take(RULE, `a ${where}`)).remaining).toBe(4);
  });
});

it("counts for all processes together in Redis", async () => {
  const limiters = [newLimiter(redis.url).limiter, newLimiter(redis.url).limiter];
  expect(await allowedOf(limiters, 40, "shared")).toBe(RULE.limit);
});

it("goes on limiting by itself when Redis is gone", async () => {
  const gone = await createTestRedis();
  const { limiter } = newLimiter(gone.url);
  expect((await limiter.take(RULE, "alice")).remaining).toBe(4);
  await gone.stop();
  const before = performance.now();
  expect(await allowedOf([limiter], 20, "alice")).toBe(RULE.limit);
  expect(performance.now() - before).toBeLessThan(5_000);
});
