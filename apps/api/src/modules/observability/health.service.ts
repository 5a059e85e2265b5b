import { Inject, Injectable } from "@nestjs/common";
import type { SystemWarning } from "@pulsekeep/contracts/api/admin";
import { z } from "zod";
import { ENV, type Env } from "../../env.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { Jobs, LOOP_DEAD_AFTER_MS } from "../../platform/jobs.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import { KeyringQueries } from "../vault/keyring.queries.js";
import { describeProblem } from "./scheduling-problems.js";
import { SchedulingQueries } from "./scheduling.queries.js";
import { within } from "../../platform/within.js";

const CHECK_TIMEOUT_MS = 2_000;

export const healthSchema = z
  .object({
    status: z.enum(["ok", "degraded"]),
    timestamp: z.iso.datetime(),
    checks: z.record(z.string(), z.boolean()),
    /** What does not work: the answer is 503. */
    reasons: z.array(z.string()),
    /** What works and needs somebody's attention before it does not. */
    warnings: z.array(z.string()),
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
    @Inject(SchedulingQueries) private readonly scheduling: SchedulingQueries,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ENV) private readonly env: Env,
    @Inject(KeyringQueries) private readonly keyring: KeyringQueries,
  ) {
    this.startedAt = clock.now();
  }

  async getHealth(): Promise<Health> {
    const [database, transport, web, warnings] = await Promise.all([
      passes(() => this.databases.ping()),
      passes(() => this.transport.inspect("notices")),
      passes(() => this.pingWeb()),
      this.findWarnings(),
    ]);
    return this.summarise({ database, transport, web, ...this.loopChecks() }, warnings);
  }

  /** Whether scheduling goes on everywhere: in every process of the installation, not only in this one. */
  async getSchedulerHealth(): Promise<Health> {
    try {
      const { neededRoles, processes, backlog, problems } = await within(this.scheduling.getScheduling());
      const loops = processes.filter(({ alive }) => alive).flatMap((process) => process.loops);
      const names = [
        "database",
        ...neededRoles.map((role) => `role:${role}`),
        ...loops.map(({ name }) => `loop:${name}`),
        ...backlog.map(({ work }) => `work:${work}`),
      ];
      const failed = new Set(problems.map(nameOfCheck));
      const checks = Object.fromEntries(names.map((name) => [name, !failed.has(name)]));
      return this.answer(checks, problems.map(describeProblem));
    } catch {
      return this.summarise({ database: false });
    }
  }

  private loopChecks(): Record<string, boolean> {
    const now = this.clock.now().getTime();
    return Object.fromEntries(
      this.jobs.heartbeats().map(({ name, lastTurnAt }) => {
        const ageMs = now - (lastTurnAt ?? this.startedAt).getTime();
        return [`loop:${name}`, ageMs < LOOP_DEAD_AFTER_MS];
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

  /** An old key stops no process: taking one away for it would lose what the key is there for. */
  private async findWarnings(): Promise<string[]> {
    const rotation = await within(this.keyring.getRotation()).catch(() => "ok" as const);
    return rotation === "ok" ? [] : [`the rotation of the keyring is ${rotation}`];
  }

  private summarise(checks: Record<string, boolean>, warnings: string[] = []): Health {
    const reasons = Object.entries(checks).flatMap(([name, passed]) =>
      passed ? [] : [`${name} does not answer`],
    );
    return this.answer(checks, reasons, warnings);
  }

  private answer(checks: Record<string, boolean>, reasons: string[], warnings: string[] = []): Health {
    return {
      status: reasons.length + warnings.length === 0 ? "ok" : "degraded",
      timestamp: this.clock.now().toISOString(),
      checks,
      reasons,
      warnings,
    };
  }
}

const CHECK_OF: Partial<Record<SystemWarning["code"], string>> = {
  role_without_process: "role",
  loop_standing_still: "loop",
  work_overdue: "work",
};
const nameOfCheck = ({ code, subject }: SystemWarning): string =>
  `${CHECK_OF[code] ?? code}:${subject ?? ""}`;

async function passes(check: () => Promise<unknown>): Promise<boolean> {
  try {
    await within(check());
    return true;
  } catch {
    return false;
  }
}
