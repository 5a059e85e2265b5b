import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { schema } from "@pulsekeep/database";
import { eq, sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { findRunningStep, moveStep } from "./provisioning-steps.js";
import type { ProvisioningRow } from "./provisioning.service.js";

const { provisionings } = schema;

/**
 * Ends provisionings that nobody drives any more. Their process may have died with a live token, which nobody
 * holds now: the page says so, and links where the user can end it.
 */
@Injectable()
export class StuckProvisioningsJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every({
      name: "provisionings",
      role: "scheduler",
      intervalMs: 5_000,
      run: () => this.endStuck(),
    });
  }

  async endStuck(): Promise<"idle"> {
    await this.databases.inEngine(async (tx) => {
      const stuck = await tx
        .select()
        .from(provisionings)
        .where(
          sql`${provisionings.nextActionAt} <= now()
                and ${provisionings.state} in ('awaiting_enrolment', 'running', 'verifying')`,
        )
        .limit(50)
        .for("update", { skipLocked: true });
      for (const row of stuck) {
        const { step, errorCode } = whereItStopped(row);
        const at = new Date();
        await tx
          .update(provisionings)
          .set({
            state: "failed",
            endedAt: at,
            nextActionAt: null,
            steps: moveStep(row.steps, step, { state: "failed", errorCode, at }),
          })
          .where(eq(provisionings.id, row.id));
        await enqueue(tx, notice(row.workspaceId, "provisioning.changed", row.id, row.workerId));
      }
    });
    return "idle";
  }
}

function whereItStopped({ state, steps }: ProvisioningRow) {
  if (state === "awaiting_enrolment") return { step: "enrolment", errorCode: "code_expired" } as const;
  const errorCode = state === "verifying" ? "worker_did_not_come" : "interrupted";
  return { step: findRunningStep(steps, "verify"), errorCode };
}
