import { Inject, Injectable } from "@nestjs/common";
import { z } from "zod";
import { ENV, type Env } from "../../env.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";

const CHECK_TIMEOUT_MS = 2_000;
const STALE_AFTER_MS = 60_000;

export const healthSchema = z
  .object({
    status: z.enum(["ok", "degraded"]),
    timestamp: z.iso.datetime(),
    checks: z.record(z.string(), z.boolean()),
    reasons: z.array(z.string()),
  })
  .meta({ id: "Health" });
export type Health = z.infer<typeof healthSchema>;

/** Looks at what this process needs: its database, its transport, and its own loops. */
@Injectable()
export class HealthService {
  private readonly startedAt: Date;

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ENV) private readonly env: Env,
  ) {
    this.startedAt = clock.now();
  }

  async getHealth(): Promise<Health> {
    const [database, transport, web] = await Promise.all([
      passes(() => this.databases.ping()),
      passes(() => this.transport.inspect("notices")),
      passes(() => this.pingWeb()),
    ]);
    return this.summarise({ database, transport, web, ...this.loopChecks() });
  }

  /** Only what schedules and delivers: the loops of this process and the database they work on. */
  async getSchedulerHealth(): Promise<Health> {
    const database = await passes(() => this.databases.ping());
    return this.summarise({ database, ...this.loopChecks() });
  }

  private loopChecks(): Record<string, boolean> {
    const now = this.clock.now().getTime();
    return Object.fromEntries(
      this.jobs.heartbeats().map(({ name, lastTurnAt }) => {
        const ageMs = now - (lastTurnAt ?? this.startedAt).getTime();
        return [`loop:${name}`, ageMs < STALE_AFTER_MS];
      }),
    );
  }

  private async pingWeb(): Promise<void> {
    if (!this.env.PULSEKEEP_ROLES.includes("http")) return;
    const response = await fetch(`${this.env.WEB_ORIGIN}/sign-in`, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
    });
    if (response.status >= 500) throw new Error(`the web process answered ${response.status}`);
  }

  private summarise(checks: Record<string, boolean>): Health {
    const reasons = Object.entries(checks).flatMap(([name, passed]) =>
      passed ? [] : [`${name} does not answer`],
    );
    return {
      status: reasons.length === 0 ? "ok" : "degraded",
      timestamp: this.clock.now().toISOString(),
      checks,
      reasons,
    };
  }
}

async function passes(check: () => Promise<unknown>): Promise<boolean> {
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("timed out")), CHECK_TIMEOUT_MS).unref();
  });
  try {
    await Promise.race([check(), timeout]);
    return true;
  } catch {
    return false;
  }
}
