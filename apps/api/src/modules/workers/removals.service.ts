import { Inject, Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, inArray, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { requireRecentSignIn } from "../../http/recent-sign-in.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import { WorkerRunsService } from "../pulses/worker-runs.service.js";
import { findRunningStep, moveStep } from "./provisioning-steps.js";
import type { WorkerRow } from "./provisioning.service.js";
import { SHREDDED } from "./worker-roots.service.js";

const { provisionings, workers, workerSessions } = schema;

/**
 * Disconnects a worker: what we hold of it is shredded and its runs end. Its repository, its workflow and its
 * two Actions secrets are the user's, and nobody here could delete them; nothing answers to those secrets any more.
 */
@Injectable()
export class RemovalsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(WorkerRunsService) private readonly runs: WorkerRunsService,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Repeating it changes nothing.
   *
   * @throws AppError `sign_in_again`, `not_found`, `confirmation_mismatch`
   */
  async removeWorker(caller: UserCaller, id: string, confirmation: string): Promise<void> {
    requireRecentSignIn(caller, this.clock.now());
    await this.databases.inTenant(caller, async (tx) => {
      const [worker] = await tx.select().from(workers).where(eq(workers.id, id)).for("update");
      if (!worker) throw new AppError("not_found");
      if (confirmation.trim() !== (worker.repositoryFullName ?? worker.clientId))
        throw new AppError("confirmation_mismatch");
      if (worker.state === "removed") return;
      await tx
        .update(workers)
        .set({ ...SHREDDED, state: "removed", removedAt: sql`clock_timestamp()`, nextCheckInAt: null })
        .where(eq(workers.id, id));
      await tx.delete(workerSessions).where(eq(workerSessions.workerId, id));
      await this.endProvisionings(tx, worker);
      const ended = await this.runs.endRunsOf(tx, worker);
      await this.audit.record(tx, {
        workspaceId: worker.workspaceId,
        action: "worker.removed",
        actor: actorOf(caller),
        subject: { kind: "worker", id },
        facts: { repository: worker.repositoryFullName, repositoryId: worker.repositoryId, ...ended },
      });
      await enqueue(tx, notice(worker.workspaceId, "worker.changed", id));
    });
  }

  /** Whoever drives one finds it ended, and ends the consent. */
  private async endProvisionings(tx: Transaction, worker: WorkerRow): Promise<void> {
    const open = await tx
      .select()
      .from(provisionings)
      .where(
        and(
          eq(provisionings.workerId, worker.id),
          inArray(provisionings.state, [
            "awaiting_consent",
            "awaiting_enrolment",
            "running",
            "verifying",
            "awaiting_confirmation",
          ]),
        ),
      )
      .for("update");
    const at = new Date();
    for (const row of open) {
      const step = findRunningStep(row.steps, row.way === "consent" ? "consent" : "enrolment");
      await tx
        .update(provisionings)
        .set({
          state: "failed",
          steps: moveStep(row.steps, step, { state: "failed", errorCode: "worker_removed", at }),
          stateHash: null,
          enrolmentHash: null,
          nextActionAt: null,
          endedAt: at,
        })
        .where(eq(provisionings.id, row.id));
      await enqueue(tx, notice(row.workspaceId, "provisioning.changed", row.id, row.workerId));
    }
  }
}
