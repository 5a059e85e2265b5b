import { Inject, Injectable, type OnApplicationShutdown } from "@nestjs/common";
import { connectRedis } from "@pulsekeep/streams";
import { ENV, type Env } from "../../env.js";
import { Clock } from "../../platform/clock.js";
import { Gather } from "../../platform/gather.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { within } from "../../platform/within.js";

/** At most `limit` calls in each window of `windowSeconds`, counted under `name`. */
export type RateRule = { name: string; limit: number; windowSeconds: number };

export type RateAnswer = { allowed: boolean; remaining: number; resetSeconds: number };

/** A request does not wait longer for the shared counter; this process's own then decides. */
const REDIS_PATIENCE_MS = 500;

type Counted = { key: string; windowSeconds: number };

/**
 * Counts calls in fixed windows: in Redis for all processes together, in this process where there is no Redis
 * or it does not answer, so that a limit never disappears with its store.
 */
@Injectable()
export class RateLimiter implements OnApplicationShutdown {
  private readonly redis: ReturnType<typeof connectRedis> | undefined;
  /** Calls that come at the same time are counted by one message. */
  private readonly counts = new Gather<Counted, number>({
    max: Number.POSITIVE_INFINITY,
    concurrency: Number.POSITIVE_INFINITY,
    run: (calls) => this.countTogether(calls),
    isOneAtFault: () => false,
  });
  private readonly local = new Map<string, { count: number; endsAtMs: number }>();
  private sweepAtMs = 0;

  constructor(
    @Inject(ENV) env: Env,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.redis = env.REDIS_URL === undefined ? undefined : connectRedis(env.REDIS_URL);
    this.redis?.on("error", (error: Error) => logger.warn({ err: error }, "rate counter unreachable"));
  }

  /** Counts one call of `who` against the rule. */
  async take(rule: RateRule, who: string): Promise<RateAnswer> {
    const nowMs = this.clock.now().getTime();
    const windowMs = rule.windowSeconds * 1_000;
    const window = Math.floor(nowMs / windowMs);
    const endsAtMs = (window + 1) * windowMs;
    const key = `rate:${rule.name}:${who}:${window}`;
    const count = (await this.countShared(key, rule.windowSeconds)) ?? this.countHere(key, endsAtMs, nowMs);
    return {
      allowed: count <= rule.limit,
      remaining: Math.max(0, rule.limit - count),
      resetSeconds: Math.ceil((endsAtMs - nowMs) / 1_000),
    };
  }

  async onApplicationShutdown(): Promise<void> {
    this.redis?.disconnect();
  }

  private async countShared(key: string, windowSeconds: number): Promise<number | undefined> {
    if (!this.redis) return undefined;
    try {
      return await this.counts.call({ key, windowSeconds });
    } catch (error) {
      this.logger.warn({ err: error }, "rate counter unreachable; counting in this process");
      return undefined;
    }
  }

  private async countTogether(calls: readonly Counted[]): Promise<number[]> {
    const counting = this.redis?.multi();
    for (const { key, windowSeconds } of calls) counting?.incr(key).expire(key, windowSeconds);
    const replies = await within(counting?.exec(), REDIS_PATIENCE_MS);
    return calls.map((_, place) => {
      const [failure, count] = replies?.[2 * place] ?? [];
      if (failure) throw failure;
      return Number(count);
    });
  }

  private countHere(key: string, endsAtMs: number, nowMs: number): number {
    if (nowMs >= this.sweepAtMs) {
      for (const [old, entry] of this.local) if (entry.endsAtMs <= nowMs) this.local.delete(old);
      this.sweepAtMs = nowMs + 10_000;
    }
    const count = (this.local.get(key)?.count ?? 0) + 1;
    this.local.set(key, { count, endsAtMs });
    return count;
  }
}
