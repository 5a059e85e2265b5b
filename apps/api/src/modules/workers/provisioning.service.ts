import { createHash, randomBytes, randomInt } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import type { ProvisioningStarted, ProvisioningStepName } from "@pulsekeep/contracts/api/workers";
import { schema, type Transaction } from "@pulsekeep/database";
import { HANDSHAKE_SECRET_BYTES } from "@pulsekeep/signing";
import { and, eq, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Clock } from "../../platform/clock.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { newId, newSecret } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { type AuditAction, AuditService } from "../audit/audit.service.js";
import { VaultService } from "../vault/vault.service.js";
import { GitHubConsent } from "./github-consent.js";
import { moveStep, newSteps } from "./provisioning-steps.js";

const { provisionings, workers } = schema;
export type ProvisioningRow = typeof provisionings.$inferSelect;
export type WorkerRow = typeof workers.$inferSelect;

/** FR22: a root secret that is older than this is refused. */
const SECRET_LIFE_DAYS = 180;
/** A provisioning that has not moved for this long was left by a process that died. */
const STUCK_AFTER_SECONDS = 90;

export type ConsentRequest = { state: string; verifier: string };

const hashOf = (state: string): string => createHash("sha256").update(state).digest("base64url");
const placeOfSecret = (workerId: string) => ({
  table: "workers",
  column: "handshake_secret_sealed",
  row: workerId,
});

/** The record of a provisioning: what was asked, which step is where, and what the audit says of it. */
@Injectable()
export class ProvisioningService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(VaultService) private readonly vault: VaultService,
    @Inject(GitHubConsent) private readonly consent: GitHubConsent,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Makes a worker and the consent request for it. The caller binds `request` to the browser. */
  async start(caller: UserCaller): Promise<ProvisioningStarted & { request: ConsentRequest }> {
    const request = newConsentRequest();
    const authorizeUrl = this.consent.authorizeUrl(request);
    const id = newId();
    await this.databases.inTenant(caller, async (tx) => {
      const workerId = await this.createWorker(tx, caller.workspaceId);
      await tx.insert(provisionings).values({
        id,
        workspaceId: caller.workspaceId,
        workerId,
        userId: caller.userId,
        state: "awaiting_consent",
        steps: newSteps(),
        stateHash: hashOf(request.state),
      });
      await this.record(tx, caller, "consent.started", { id, workerId });
    });
    return { id, authorizeUrl, request };
  }

  /** A new consent for a provisioning that failed; what exists already is found again, not made twice. */
  async retry(caller: UserCaller, id: string): Promise<ProvisioningStarted & { request: ConsentRequest }> {
    const request = newConsentRequest();
    const authorizeUrl = this.consent.authorizeUrl(request);
    await this.databases.inTenant(caller, async (tx) => {
      const [row] = await tx.select().from(provisionings).where(eq(provisionings.id, id)).for("update");
      if (!row) throw new AppError("not_found");
      if (row.state !== "failed" && row.state !== "awaiting_consent")
        throw new AppError("provisioning_not_retryable");
      await tx
        .update(provisionings)
        .set({
          state: "awaiting_consent",
          steps: newSteps(),
          stateHash: hashOf(request.state),
          userId: caller.userId,
          endedAt: null,
          nextActionAt: null,
          tokenRevokedAt: null,
        })
        .where(eq(provisionings.id, id));
      await this.record(tx, caller, "consent.started", row);
    });
    return { id, authorizeUrl, request };
  }

  /** Takes the provisioning that GitHub's answer belongs to; an answer counts once, for the person who asked. */
  async takeConsent(caller: UserCaller, state: string): Promise<ProvisioningRow | undefined> {
    return this.databases.inTenant(caller, async (tx) => {
      const [row] = await tx
        .update(provisionings)
        .set({ state: "running", stateHash: null, nextActionAt: stuckAt() })
        .where(
          and(
            eq(provisionings.stateHash, hashOf(state)),
            eq(provisionings.userId, caller.userId),
            eq(provisionings.state, "awaiting_consent"),
          ),
        )
        .returning();
      return row;
    });
  }

  async beginStep(tenant: Tenant, id: string, name: ProvisioningStepName): Promise<void> {
    const at = this.clock.now();
    await this.change(tenant, id, (row) => ({
      steps: moveStep(row.steps, name, { state: "running", at }),
      nextActionAt: stuckAt(),
    }));
  }

  /** Ends a step well; `worker` are the columns that it found out. */
  async endStep(
    tenant: Tenant,
    id: string,
    end: { name: ProvisioningStepName; facts?: Record<string, string>; worker?: Partial<WorkerRow> },
  ): Promise<void> {
    const at = this.clock.now();
    await this.change(tenant, id, async (row, tx) => {
      if (end.worker) await tx.update(workers).set(end.worker).where(eq(workers.id, row.workerId));
      if (end.name === "consent") await this.record(tx, row, "consent.granted", row);
      return { steps: moveStep(row.steps, end.name, { state: "done", facts: end.facts ?? {}, at }) };
    });
  }

  /** Ends the provisioning at the step that is under way, or at `name`. */
  async fail(tenant: Tenant, id: string, errorCode: string, name?: ProvisioningStepName): Promise<void> {
    const at = this.clock.now();
    await this.change(tenant, id, async (row, tx) => {
      const step =
        name ??
        (row.steps.find(({ state }) => state === "running")?.name as ProvisioningStepName) ??
        "consent";
      await tx
        .update(workers)
        .set({ state: "failed" })
        .where(and(eq(workers.id, row.workerId), sql`state <> 'active'`));
      await this.record(tx, row, errorCode === "consent_refused" ? "consent.refused" : "worker.failed", row, {
        step,
        errorCode,
      });
      return {
        state: "failed" as const,
        steps: moveStep(row.steps, step, { state: "failed", errorCode, at }),
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
      await this.record(tx, row, revoked ? "consent.token_revoked" : "consent.token_revocation_failed", row);
      const outcome = revoked
        ? ({ state: "done", at } as const)
        : ({ state: "failed", errorCode: "revocation_unconfirmed", at } as const);
      return { steps: moveStep(row.steps, "revoke", outcome), tokenRevokedAt: revoked ? at : null };
    });
  }

  /** All is set up at GitHub; the worker's first run decides the rest. */
  async awaitVerification(tenant: Tenant, id: string): Promise<void> {
    const at = this.clock.now();
    await this.change(tenant, id, (row) =>
      row.state !== "running"
        ? {}
        : {
            state: "verifying" as const,
            steps: moveStep(row.steps, "verify", { state: "running", at }),
            nextActionAt: sql`clock_timestamp() + interval '15 minutes'`,
          },
    );
  }

  /** The worker's first run ended: the last step, in the transaction of its report. */
  async recordVerification(
    tx: Transaction,
    workerId: string,
    outcome: { ok: true; facts: Record<string, string> } | { ok: false; errorCode: string },
  ): Promise<void> {
    const [row] = await tx
      .select()
      .from(provisionings)
      .where(
        and(eq(provisionings.workerId, workerId), sql`${provisionings.state} in ('running', 'verifying')`),
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
    await tx
      .update(provisionings)
      .set({ steps, state: outcome.ok ? "done" : "failed", endedAt: at, nextActionAt: null })
      .where(eq(provisionings.id, row.id));
    await enqueue(tx, notice(row.workspaceId, "provisioning.changed", row.id, row.workerId));
  }

  /** The secrets for the repository. Only here, and where a proof is verified, is a handshake secret opened. */
  async openSecrets(
    tenant: Tenant,
    workerId: string,
  ): Promise<{ clientId: string; handshakeSecretPlain: string }> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [worker] = await tx.select().from(workers).where(eq(workers.id, workerId));
      if (!worker) throw new AppError("not_found");
      const plain = await this.vault.open(
        tx,
        tenant.workspaceId,
        placeOfSecret(workerId),
        worker.handshakeSecretSealed,
      );
      return { clientId: worker.clientId, handshakeSecretPlain: plain.toString("base64url") };
    });
  }

  async getWorkerRow(tenant: Tenant, workerId: string): Promise<WorkerRow> {
    const [worker] = await this.databases.inTenant(tenant, (tx) =>
      tx.select().from(workers).where(eq(workers.id, workerId)),
    );
    if (!worker) throw new AppError("not_found");
    return worker;
  }

  private async createWorker(tx: Transaction, workspaceId: string): Promise<string> {
    const id = newId();
    const secret = randomBytes(HANDSHAKE_SECRET_BYTES);
    await tx.insert(workers).values({
      id,
      workspaceId,
      clientId: `kw_${newSecret(18)}`,
      handshakeSecretSealed: await this.vault.seal(tx, workspaceId, placeOfSecret(id), secret),
      secretExpiresAt: sql`now() + make_interval(days => ${SECRET_LIFE_DAYS})`,
      cronMinute: randomInt(60),
    });
    return id;
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

  private async record(
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

type Changes = PgUpdateSetSource<typeof provisionings>;
type Decide = (row: ProvisioningRow, tx: Transaction) => Changes | Promise<Changes>;

const stuckAt = () => sql`clock_timestamp() + make_interval(secs => ${STUCK_AFTER_SECONDS})`;

const newConsentRequest = (): ConsentRequest => ({ state: newSecret(32), verifier: newSecret(48) });
