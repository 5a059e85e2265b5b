import { Inject, Injectable } from "@nestjs/common";
import type { OwnMachineStart, OwnMachineStarted } from "@pulsekeep/contracts/api/workers";
import type {
  EnrolmentFailedRequest,
  EnrolmentStatus,
  EnrolRequest,
  EnrolResponse,
  InstalledRequest,
} from "@pulsekeep/contracts/worker-enrolment";
import { schema, type Transaction } from "@pulsekeep/database";
import { WORKFLOW_PATH } from "@pulsekeep/worker";
import { and, eq, ne, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { requireRecentSignIn } from "../../http/recent-sign-in.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { newId, newSecret } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { PulsesService } from "../pulses/pulses.service.js";
import { ProvisioningService, type ProvisioningRow, type WorkerRow } from "./provisioning.service.js";
import { refuseWhileUnderWay } from "./provisioning-starts.service.js";
import { moveStep, newSteps } from "./provisioning-steps.js";
import { hashOf } from "./secret-hash.js";
import { WorkerRootsService } from "./worker-roots.service.js";

const { provisionings, workers } = schema;

const CODE_MINUTES = 15;
const TICKET_MINUTES = 30;
/** Nobody wakes a worker for its user: it comes with its schedule, within the hour, or when GitHub has time. */
const FIRST_RUN_HOURS = 3;

/** Whom a code or a ticket speaks for. */
type Held = { row: ProvisioningRow; worker: WorkerRow };

/**
 * Workers that their users set up with their own hands: a one-time code is exchanged for the root, and a ticket
 * goes with the rest of that one set-up. No GitHub token comes here.
 */
@Injectable()
export class EnrolmentsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(WorkerRootsService) private readonly roots: WorkerRootsService,
    @Inject(ProvisioningService) private readonly record: ProvisioningService,
    @Inject(PulsesService) private readonly pulses: PulsesService,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /**
   * Gives out a code, for a new worker or, with `workerId`, for one that is to get another root.
   *
   * @throws AppError `not_found`, `worker_not_ready` for one that was removed, `conflict`, `sign_in_again`
   */
  async start(caller: UserCaller, { workerId, way }: OwnMachineStart): Promise<OwnMachineStarted> {
    requireRecentSignIn(caller, this.clock.now());
    const code = `pk1-${newSecret(20)}`;
    const id = newId();
    return this.databases.inTenant(caller, async (tx) => {
      const worker = workerId === undefined ? undefined : await lockWorker(tx, workerId);
      if (worker?.state === "removed") throw new AppError("worker_not_ready");
      if (worker) await refuseWhileUnderWay(tx, worker.id);
      const purpose = worker?.state === "active" ? ("rotate" as const) : ("create" as const);
      const of = worker?.id ?? (await this.roots.createWorker(tx, caller, { way, confirmedAt: null }));
      // The last code counts.
      await tx
        .update(provisionings)
        .set({ enrolmentHash: null, state: "failed", endedAt: this.clock.now() })
        .where(and(eq(provisionings.workerId, of), eq(provisionings.state, "awaiting_enrolment")));
      const [row] = await tx
        .insert(provisionings)
        .values({
          id,
          workspaceId: caller.workspaceId,
          workerId: of,
          userId: caller.userId,
          purpose,
          way,
          state: "awaiting_enrolment",
          steps: newSteps({ purpose, way }),
          enrolmentHash: hashOf(code),
          enrolmentExpiresAt: inMinutes(CODE_MINUTES),
          nextActionAt: inMinutes(CODE_MINUTES),
        })
        .returning();
      await this.record.leaveTrace(tx, caller, "worker.enrolment_started", { id, workerId: of }, { way });
      const expiresAt = row?.enrolmentExpiresAt?.toISOString();
      if (expiresAt === undefined) throw new Error("An enrolment without an end");
      return { id, code, expiresAt };
    });
  }

  /**
   * Exchanges a code for the root, this once.
   *
   * @throws AppError `enrolment_code_refused`, `worker_binding_differs`
   */
  async enrol({ code, kind, repository, author }: EnrolRequest): Promise<EnrolResponse> {
    const ticket = newSecret(32);
    return this.withHeld(code, async (tx, { row, worker }) => {
      if (row.state !== "awaiting_enrolment") throw new AppError("enrolment_code_refused");
      const { id: repositoryId, ownerId: repositoryOwnerId, fullName, defaultBranch, made } = repository;
      const isBound =
        worker.kind === kind &&
        worker.repositoryId === repositoryId &&
        worker.repositoryOwnerId === repositoryOwnerId;
      if (row.purpose === "rotate" && !isBound) throw new AppError("worker_binding_differs");
      if (await isTaken(tx, worker, repositoryId))
        throw new AppError("worker_binding_differs", { detail: "repository_in_use" });
      const root =
        row.purpose === "rotate"
          ? await this.roots.replaceNext(tx, worker)
          : await this.roots.replaceUnproven(tx, worker);
      if (row.purpose === "create")
        await tx
          .update(workers)
          .set({
            kind,
            way: row.way,
            confirmedAt: null,
            state: "provisioning",
            repositoryId,
            repositoryOwnerId,
            repositoryFullName: fullName,
            defaultBranch,
            workflowRef: `${fullName}/${WORKFLOW_PATH}@refs/heads/${defaultBranch}`,
            authorName: author.name,
            authorEmail: author.email,
          })
          .where(eq(workers.id, worker.id));
      const at = this.clock.now();
      const enrolled = moveStep(row.steps, "enrolment", { state: "done", at });
      const found = moveStep(enrolled, "repository", {
        state: "done",
        facts: { repository: fullName, made: row.way === "manual" ? "existing" : made },
        at,
      });
      await this.change(tx, row, {
        state: "running",
        steps: moveStep(found, "files", { state: "running", at }),
        enrolmentHash: hashOf(ticket),
        enrolmentExpiresAt: inMinutes(TICKET_MINUTES),
        nextActionAt: inMinutes(TICKET_MINUTES),
      });
      await this.record.leaveTrace(tx, row, "worker.enrolled", row, { kind, repository: fullName });
      const fresh = await lockWorker(tx, worker.id);
      return {
        provisioningId: row.id,
        workerId: worker.id,
        clientId: worker.clientId,
        handshakeSecret: root.toString("base64url"),
        kind,
        serverUrl: this.env.PULSEKEEP_PUBLIC_URL,
        cronMinute: worker.cronMinute,
        secretExpiresAt: fresh.secretExpiresAt.toISOString(),
        ticket,
      };
    });
  }

  /**
   * Files and secrets are where they belong: the first run may come. Idempotent.
   *
   * @throws AppError `enrolment_code_refused`, `conflict` when it has ended
   */
  async recordInstalled({
    ticket,
    commitSha,
  }: InstalledRequest): Promise<{ state: EnrolmentStatus["state"] }> {
    const found = await this.withHeld(ticket, async (tx, { row, worker }) => {
      const state = getState(row);
      if (state === "failed") throw new AppError("conflict");
      if (state !== "running") return { state, due: undefined };
      const at = this.clock.now();
      const isResident = worker.kind === "resident";
      const facts = { commit: commitSha ?? "" };
      let steps = moveStep(row.steps, "files", { state: "done", at, ...(commitSha ? { facts } : {}) });
      steps = moveStep(steps, "secrets", { state: isResident ? "skipped" : "done", at });
      steps = moveStep(steps, "wake", { state: "done", at });
      const isProven = await this.record.hasProvenRoot(tx, row);
      await this.change(tx, row, {
        state: isProven ? "done" : "verifying",
        steps: moveStep(steps, "verify", { state: isProven ? "done" : "running", at }),
        nextActionAt: isProven ? null : sql`clock_timestamp() + make_interval(hours => ${FIRST_RUN_HOURS})`,
        endedAt: isProven ? at : null,
      });
      await tx
        .update(workers)
        .set({
          ...(commitSha ? { workflowSha: commitSha } : {}),
          ...(row.purpose === "create" ? { state: "verifying" as const } : {}),
        })
        .where(eq(workers.id, worker.id));
      const due = row.purpose === "create" ? worker : undefined;
      return { state: isProven ? ("done" as const) : ("verifying" as const), due };
    });
    if (found.due) await this.pulses.queueVerify(found.due, found.due.id);
    return { state: found.state };
  }

  async getStatus(ticket: string): Promise<EnrolmentStatus> {
    return this.withHeld(ticket, async (_, { row, worker }) => ({
      state: getState(row),
      errorCode: row.steps.find(({ errorCode }) => errorCode !== null)?.errorCode ?? null,
      worker: {
        state: worker.state,
        lastHandshakeAt: worker.lastHandshakeAt?.toISOString() ?? null,
        nextCheckInAt: worker.nextCheckInAt?.toISOString() ?? null,
      },
    }));
  }

  /** What the user's own machine or browser could not do, for the page that shows the steps. */
  async recordFailure({ ticket, step, errorCode }: EnrolmentFailedRequest): Promise<void> {
    await this.withHeld(ticket, async (tx, { row, worker }) => {
      if (getState(row) !== "running") return;
      const at = this.clock.now();
      await this.change(tx, row, {
        state: "failed",
        steps: moveStep(row.steps, step, { state: "failed", errorCode, at }),
        endedAt: at,
        nextActionAt: null,
      });
      if (row.purpose === "create")
        await tx.update(workers).set({ state: "failed" }).where(eq(workers.id, worker.id));
      await this.record.leaveTrace(tx, row, "worker.failed", row, { step, errorCode });
    });
  }

  /**
   * A person says that the repository, whose worker has proven itself, is theirs.
   *
   * @throws AppError `not_found`, `conflict` when nothing is asked, or other ids were shown
   */
  async confirm(
    caller: UserCaller,
    id: string,
    seen: { repositoryId: number; ownerId: number },
  ): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      const [row] = await tx.select().from(provisionings).where(eq(provisionings.id, id)).for("update");
      if (!row) throw new AppError("not_found");
      const worker = await lockWorker(tx, row.workerId);
      const isSame = worker.repositoryId === seen.repositoryId && worker.repositoryOwnerId === seen.ownerId;
      if (row.state !== "awaiting_confirmation" || worker.state !== "verifying" || !isSame)
        throw new AppError("conflict");
      const at = this.clock.now();
      await tx.update(workers).set({ state: "active", confirmedAt: at }).where(eq(workers.id, worker.id));
      await this.change(tx, row, {
        state: "done",
        steps: moveStep(row.steps, "confirm", { state: "done", at }),
        endedAt: at,
      });
      const facts = { repositoryId: String(seen.repositoryId), ownerId: String(seen.ownerId) };
      await this.record.leaveTrace(tx, caller, "worker.confirmed", row, facts);
      await enqueue(tx, notice(worker.workspaceId, "worker.changed", worker.id));
    });
  }

  /** Runs `work` for whom an unexpired code or ticket speaks; one answer for all that are refused. */
  private async withHeld<T>(plain: string, work: (tx: Transaction, held: Held) => Promise<T>): Promise<T> {
    const hash = hashOf(plain);
    const { rows } = await this.databases.lookups.execute<{ workspace_id: string | null }>(
      sql`select workspace_id from lookup_enrolment(${hash})`,
    );
    const workspaceId = rows[0]?.workspace_id;
    if (!workspaceId) throw new AppError("enrolment_code_refused");
    return this.databases.inTenant({ workspaceId }, async (tx) => {
      const [row] = await tx
        .select()
        .from(provisionings)
        .where(eq(provisionings.enrolmentHash, hash))
        .for("update");
      if (!row) throw new AppError("enrolment_code_refused");
      return work(tx, { row, worker: await lockWorker(tx, row.workerId) });
    });
  }

  private async change(
    tx: Transaction,
    row: ProvisioningRow,
    to: PgUpdateSetSource<typeof provisionings>,
  ): Promise<void> {
    await tx.update(provisionings).set(to).where(eq(provisionings.id, row.id));
    await enqueue(tx, notice(row.workspaceId, "provisioning.changed", row.id, row.workerId));
  }
}

async function lockWorker(tx: Transaction, id: string): Promise<WorkerRow> {
  const [worker] = await tx.select().from(workers).where(eq(workers.id, id)).for("update");
  if (!worker) throw new AppError("not_found");
  return worker;
}

async function isTaken(tx: Transaction, worker: WorkerRow, repositoryId: number): Promise<boolean> {
  const [other] = await tx
    .select({ id: workers.id })
    .from(workers)
    .where(
      and(eq(workers.repositoryId, repositoryId), ne(workers.id, worker.id), ne(workers.state, "removed")),
    )
    .limit(1);
  return other !== undefined;
}

/** The states that who holds a ticket can meet. */
function getState({ state }: ProvisioningRow): EnrolmentStatus["state"] {
  if (state === "awaiting_consent" || state === "awaiting_enrolment")
    throw new AppError("enrolment_code_refused");
  return state;
}

const inMinutes = (minutes: number) => sql`clock_timestamp() + make_interval(mins => ${minutes})`;
