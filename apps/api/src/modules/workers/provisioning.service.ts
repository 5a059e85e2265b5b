import { Inject, Injectable } from "@nestjs/common";
import type { ProvisioningStepName } from "@pulsekeep/contracts/api/workers";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, inArray, isNotNull, ne, notInArray, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import { AppError } from "../../http/app-error.js";
import { Clock } from "../../platform/clock.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { type AuditAction, AuditService } from "../audit/audit.service.js";
import { findRunningStep, moveStep } from "./provisioning-steps.js";

const { provisionings, workers } = schema;
export type ProvisioningRow = typeof provisionings.$inferSelect;
export type WorkerRow = typeof workers.$inferSelect;

/** A provisioning that has not moved for this long was left by a process that died. */
const STUCK_AFTER_SECONDS = 90;

/** The record of a provisioning: what was asked, which step is where, and what the audit says of it. */
@Injectable()
export class ProvisioningService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async beginStep(tenant: Tenant, id: string, name: ProvisioningStepName): Promise<void> {
    const at = this.clock.now();
    await this.change(tenant, id, (row) => ({
      steps: moveStep(row.steps, name, { state: "running", at }),
      nextActionAt: stuckAt(),
    }));
  }

  /** Ends a step well; `worker` are the columns that it found out, `target` what the worker will become. */
  async endStep(tenant: Tenant, id: string, end: StepEnd): Promise<void> {
    const at = this.clock.now();
    const { name, facts = {}, worker, target } = end;
    await this.change(tenant, id, async (row, tx) => {
      if (worker)
        await tx
          .update(workers)
          .set(worker)
          .where(and(eq(workers.id, row.workerId), ne(workers.state, "removed")));
      if (name === "consent") await this.leaveTrace(tx, row, "consent.granted", row);
      return {
        steps: moveStep(row.steps, name, { state: "done", facts, at }),
        ...(target ? { target: { ...row.target, ...target } as ProvisioningRow["target"] } : {}),
      };
    });
  }

  /** Ends the provisioning at the step that is under way, or at the failure's own. */
  async fail(tenant: Tenant, id: string, failure: StepFailure): Promise<void> {
    const at = this.clock.now();
    const { errorCode, errorFacts = {} } = failure;
    await this.change(tenant, id, async (row, tx) => {
      const step =
        failure.step ?? findRunningStep(row.steps, row.way === "consent" ? "consent" : "enrolment");
      await tx
        .update(workers)
        .set({ state: "failed" })
        .where(and(eq(workers.id, row.workerId), notInArray(workers.state, ["active", "removed"])));
      const action = errorCode === "consent_refused" ? "consent.refused" : "worker.failed";
      await this.leaveTrace(tx, row, action, row, { step, errorCode });
      return {
        state: "failed" as const,
        steps: moveStep(row.steps, step, { state: "failed", errorCode, errorFacts, at }),
        endedAt: at,
        nextActionAt: null,
      };
    });
  }

  /** Writes down whether GitHub confirmed that the consent has ended: the proof that the page shows. */
  async recordRevocation(tenant: Tenant, id: string, revoked: boolean): Promise<void> {
    const at = this.clock.now();
    // Also when all else is over: the worker's first run may end before GitHub has confirmed.
    await this.changeAlways(tenant, id, async (row, tx) => {
      await this.leaveTrace(
        tx,
        row,
        revoked ? "consent.token_revoked" : "consent.token_revocation_failed",
        row,
      );
      const outcome = revoked
        ? ({ state: "done", at } as const)
        : ({ state: "failed", errorCode: "revocation_unconfirmed", at } as const);
      return { steps: moveStep(row.steps, "revoke", outcome), tokenRevokedAt: revoked ? at : null };
    });
  }

  /** All is set up at GitHub; the worker's first run decides the rest, or has done so by now. */
  async awaitVerification(tenant: Tenant, id: string): Promise<void> {
    const at = this.clock.now();
    await this.change(tenant, id, async (row, tx) => {
      if (row.state !== "running") return {};
      const verifying = {
        state: "verifying" as const,
        steps: moveStep(row.steps, "verify", { state: "running", at }),
        nextActionAt: sql`clock_timestamp() + interval '15 minutes'`,
      };
      return (await this.hasProvenRoot(tx, row)) ? endWell({ ...row, ...verifying }, at) : verifying;
    });
  }

  /** Whether a rotation is over: the root that it brought is the worker's root by now. */
  async hasProvenRoot(tx: Transaction, { purpose, workerId }: ProvisioningRow): Promise<boolean> {
    if (purpose !== "rotate") return false;
    const [worker] = await tx
      .select({ next: workers.nextSecretSealed })
      .from(workers)
      .where(eq(workers.id, workerId));
    return worker?.next === null;
  }

  /** A worker has proven its next root: what a rotation waits for, in the transaction that makes it the root. */
  async recordProvenRoot(tx: Transaction, workerId: string): Promise<void> {
    const [row] = await tx
      .select()
      .from(provisionings)
      .where(
        and(
          eq(provisionings.workerId, workerId),
          eq(provisionings.purpose, "rotate"),
          eq(provisionings.state, "verifying"),
        ),
      )
      .for("update");
    if (!row) return;
    await tx.update(provisionings).set(endWell(row, this.clock.now())).where(eq(provisionings.id, row.id));
    await enqueue(tx, notice(row.workspaceId, "provisioning.changed", row.id, row.workerId));
  }

  /**
   * The worker's first run ended: the last step, in the transaction of its report. What a person proposed by hand
   * waits for a person's word.
   */
  async recordVerification(
    tx: Transaction,
    workerId: string,
    outcome: { ok: true; facts: Record<string, string> } | { ok: false; errorCode: string },
  ): Promise<void> {
    const [row] = await tx
      .select()
      .from(provisionings)
      .where(
        and(
          eq(provisionings.workerId, workerId),
          // A rotation waits for a proof by the next root, not for a run.
          ne(provisionings.purpose, "rotate"),
          inArray(provisionings.state, ["running", "verifying"]),
        ),
      )
      .for("update");
    if (!row) return;
    const at = this.clock.now();
    const steps = moveStep(
      row.steps,
      "verify",
      outcome.ok
        ? { state: "done", facts: outcome.facts, at }
        : { state: "failed", errorCode: outcome.errorCode, at },
    );
    const asks = outcome.ok && steps.some(({ name }) => name === "confirm");
    await tx
      .update(provisionings)
      .set(
        asks
          ? {
              steps: moveStep(steps, "confirm", { state: "running", at }),
              state: "awaiting_confirmation",
              nextActionAt: null,
            }
          : { steps, state: outcome.ok ? "done" : "failed", endedAt: at, nextActionAt: null },
      )
      .where(eq(provisionings.id, row.id));
    await enqueue(tx, notice(row.workspaceId, "provisioning.changed", row.id, row.workerId));
  }

  /** What the provisioning is to do, with the worker as it is now. */
  async getPlan(
    tenant: Tenant,
    { provisioningId, workerId }: { provisioningId: string; workerId: string },
  ): Promise<{ row: ProvisioningRow; worker: WorkerRow; othersRepositoryIds: readonly number[] }> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [row] = await tx.select().from(provisionings).where(eq(provisionings.id, provisioningId));
      const [worker] = await tx.select().from(workers).where(eq(workers.id, workerId));
      if (!row || !worker || worker.state === "removed") throw new AppError("not_found");
      const others = await tx
        .select({ repositoryId: workers.repositoryId })
        .from(workers)
        .where(and(ne(workers.id, workerId), ne(workers.state, "removed"), isNotNull(workers.repositoryId)));
      return { row, worker, othersRepositoryIds: others.map(({ repositoryId }) => Number(repositoryId)) };
    });
  }

  /** Changes a provisioning that is under way; one that has ended stays as it is. */
  private async change(tenant: Tenant, id: string, decide: Decide): Promise<void> {
    await this.changeAlways(tenant, id, (row, tx) =>
      row.state === "done" || row.state === "failed" ? {} : decide(row, tx),
    );
  }

  private async changeAlways(tenant: Tenant, id: string, decide: Decide): Promise<void> {
    await this.databases.inTenant(tenant, async (tx) => {
      const [row] = await tx.select().from(provisionings).where(eq(provisionings.id, id)).for("update");
      const changes = row === undefined ? {} : await decide(row, tx);
      if (row === undefined || Object.keys(changes).length === 0) return;
      await tx.update(provisionings).set(changes).where(eq(provisionings.id, id));
      await enqueue(tx, notice(row.workspaceId, "provisioning.changed", row.id, row.workerId));
    });
  }

  async leaveTrace(
    tx: Transaction,
    who: { workspaceId: string; userId: string },
    action: AuditAction,
    subject: { id: string; workerId: string },
    facts: Record<string, string> = {},
  ): Promise<void> {
    await this.audit.record(tx, {
      workspaceId: who.workspaceId,
      action,
      actor: { kind: "user", id: who.userId },
      subject: { kind: "worker", id: subject.workerId },
      facts: { provisioning: subject.id, ...facts },
    });
  }
}

const endWell = ({ steps }: Pick<ProvisioningRow, "steps">, at: Date) => ({
  state: "done" as const,
  steps: moveStep(steps, "verify", { state: "done", at }),
  endedAt: at,
  nextActionAt: null,
});

type StepEnd = {
  name: ProvisioningStepName;
  facts?: Record<string, string>;
  worker?: Partial<WorkerRow>;
  target?: Partial<NonNullable<ProvisioningRow["target"]>>;
};

type StepFailure = {
  errorCode: string;
  errorFacts?: Record<string, string>;
  step?: ProvisioningStepName;
};

type Changes = PgUpdateSetSource<typeof provisionings>;
type Decide = (row: ProvisioningRow, tx: Transaction) => Changes | Promise<Changes>;

export const stuckAt = () => sql`clock_timestamp() + make_interval(secs => ${STUCK_AFTER_SECONDS})`;
