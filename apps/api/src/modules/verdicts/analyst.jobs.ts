import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Entry } from "@pulsekeep/streams";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { type ListOpen, Reconciler } from "../../platform/reconciler.jobs.js";
import { VerdictsService } from "./verdicts.service.js";

const BATCH = 50;
const RETRY_SECONDS = 30;
/** Before every id. */
const FIRST = "00000000-0000-0000-0000-000000000000";

/**
 * Looks at deployments when a sample arrived, and when an instant has come (end of a window, abandon time-out).
 * A lost message costs a sample's worth of time: the next one, or the instant, brings the deployment up again.
 */
@Injectable()
export class AnalystJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(VerdictsService) private readonly verdicts: VerdictsService,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(Reconciler) private readonly reconciler: Reconciler,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.consume({
      topic: "deployments.evaluate",
      role: "analyst",
      handle: (entries) => this.evaluateAll(deploymentsOf(entries)),
    });
    this.reconciler.register("deployments.evaluate", (page) => this.listOpen(page));
    this.jobs.every({ name: "analyst", role: "analyst", intervalMs: 500, run: () => this.sweepOnce() });
  }

  /** Acts on deployments whose instant has come. */
  async sweepOnce(): Promise<"idle" | "more"> {
    const { rows } = await this.databases.engine.execute<{ id: string }>(
      sql`select id from deployments where next_action_at <= now() order by next_action_at limit ${BATCH}`,
    );
    await this.evaluateAll(rows.map(({ id }) => id));
    return rows.length === BATCH ? "more" : "idle";
  }

  /** Deployments that are looked at again: a sample of theirs may have been lost on its way. */
  private async listOpen({ after, max }: Parameters<ListOpen>[0]): ReturnType<ListOpen> {
    const { rows } = await this.databases.engine.execute<{ id: string }>(
      sql`select id from deployments where next_action_at is not null and id > ${after ?? FIRST}::uuid
          order by id limit ${max}`,
    );
    return rows.map(({ id }) => ({ key: id, body: { deploymentId: id } }));
  }

  private async evaluateAll(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await this.verdicts.evaluateDeployment(id);
      } catch (error) {
        this.logger.error({ err: error, deploymentId: id }, "a deployment could not be judged");
        await this.postpone(id);
      }
    }
  }

  /** One deployment that fails must neither stop the others nor be tried without pause. */
  private async postpone(id: string): Promise<void> {
    await this.databases.engine.execute(
      sql`update deployments set next_action_at = now() + make_interval(secs => ${RETRY_SECONDS})
          where id = ${id} and (state in ('running', 'observing', 'superseded') or next_action_at is not null)`,
    );
  }
}

const deploymentsOf = (entries: readonly Entry[]): string[] => [
  ...new Set(
    entries.flatMap(({ body }) => (typeof body.deploymentId === "string" ? [body.deploymentId] : [])),
  ),
];
