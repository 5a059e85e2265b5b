import { Inject, Injectable } from "@nestjs/common";
import type {
  ProvisioningRetry,
  ProvisioningStart,
  ProvisioningStarted,
} from "@pulsekeep/contracts/api/workers";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { requireRecentSignIn } from "../../http/recent-sign-in.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { newId, newSecret } from "../../platform/ids.js";
import { GitHubConsent } from "./github-consent.js";
import { hashOf } from "./secret-hash.js";
import { ProvisioningService, type ProvisioningRow, stuckAt } from "./provisioning.service.js";
import { newSteps } from "./provisioning-steps.js";
import { WorkerRootsService } from "./worker-roots.service.js";

const { provisionings, workers } = schema;

export type ConsentRequest = { state: string; verifier: string };
type Started = ProvisioningStarted & { request: ConsentRequest };

/** Asks for a consent, for a new worker, for one that failed, or for one that is to be moved or re-keyed. */
@Injectable()
export class ProvisioningStartsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(GitHubConsent) private readonly consent: GitHubConsent,
    @Inject(WorkerRootsService) private readonly roots: WorkerRootsService,
    @Inject(ProvisioningService) private readonly record: ProvisioningService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Makes a worker and the consent request for it. The caller binds `request` to the browser.
   *
   * @throws AppError `sign_in_again`, and what `startFor` throws
   */
  async start(caller: UserCaller, { repositoryName, existing }: ProvisioningStart): Promise<Started> {
    requireRecentSignIn(caller, this.clock.now());
    if (existing) return this.startFor(caller, existing, repositoryName);
    return this.ask(async (stateHash) =>
      this.databases.inTenant(caller, async (tx) => {
        const workerId = await this.roots.createWorker(tx, caller, { way: "consent" });
        return this.insert(tx, caller, { workerId, purpose: "create", repositoryName, stateHash });
      }),
    );
  }

  /**
   * A consent for a worker that there is: its root is replaced while it goes on, or it moves to the repository
   * and the account that the consent is given for.
   *
   * @throws AppError `not_found`, `worker_not_ready`, `conflict` while another attempt is under way
   */
  private async startFor(
    caller: UserCaller,
    { workerId, purpose }: NonNullable<ProvisioningStart["existing"]>,
    repositoryName: string | undefined,
  ): Promise<Started> {
    return this.ask(async (stateHash) =>
      this.databases.inTenant(caller, async (tx) => {
        const [worker] = await tx.select().from(workers).where(eq(workers.id, workerId)).for("update");
        if (!worker) throw new AppError("not_found");
        if (worker.kind !== "actions" || worker.state === "removed" || worker.repositoryId === null)
          throw new AppError("worker_not_ready");
        await refuseWhileUnderWay(tx, workerId);
        return this.insert(tx, caller, { workerId, purpose, repositoryName, stateHash });
      }),
    );
  }

  /** A new consent for a provisioning that failed; what exists already is found again, not made twice. */
  async retry(caller: UserCaller, id: string, { repositoryName }: ProvisioningRetry): Promise<Started> {
    requireRecentSignIn(caller, this.clock.now());
    return this.ask(async (stateHash) =>
      this.databases.inTenant(caller, async (tx) => {
        const [row] = await tx.select().from(provisionings).where(eq(provisionings.id, id)).for("update");
        if (!row) throw new AppError("not_found");
        if (row.way !== "consent" || (row.state !== "failed" && row.state !== "awaiting_consent"))
          throw new AppError("provisioning_not_retryable");
        const [worker] = await tx.select().from(workers).where(eq(workers.id, row.workerId));
        if (worker?.state === "removed") throw new AppError("provisioning_not_retryable");
        await refuseWhileUnderWay(tx, row.workerId);
        await tx
          .update(provisionings)
          .set({
            state: "awaiting_consent",
            steps: newSteps(row),
            stateHash,
            userId: caller.userId,
            endedAt: null,
            nextActionAt: null,
            tokenRevokedAt: null,
            ...(repositoryName === undefined ? {} : { repositoryName, target: null }),
          })
          .where(eq(provisionings.id, id));
        await this.record.leaveTrace(tx, caller, "consent.started", row);
        return id;
      }),
    );
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

  private async ask(write: (stateHash: string) => Promise<string>): Promise<Started> {
    const request = { state: newSecret(32), verifier: newSecret(48) };
    const authorizeUrl = this.consent.authorizeUrl(request);
    return { id: await write(hashOf(request.state)), authorizeUrl, request };
  }

  private async insert(
    tx: Transaction,
    caller: UserCaller,
    row: {
      workerId: string;
      purpose: "create" | "rotate" | "move";
      repositoryName: string | undefined;
      stateHash: string;
    },
  ): Promise<string> {
    const id = newId();
    await tx.insert(provisionings).values({
      ...row,
      id,
      workspaceId: caller.workspaceId,
      userId: caller.userId,
      state: "awaiting_consent",
      steps: newSteps({ purpose: row.purpose, way: "consent" }),
    });
    await this.record.leaveTrace(tx, caller, "consent.started", { id, ...row });
    return id;
  }
}

/** @throws AppError `conflict` */
export async function refuseWhileUnderWay(tx: Transaction, workerId: string): Promise<void> {
  const [underWay] = await tx
    .select({ id: provisionings.id })
    .from(provisionings)
    .where(and(eq(provisionings.workerId, workerId), sql`${provisionings.state} in ('running', 'verifying')`))
    .limit(1);
  if (underWay) throw new AppError("conflict");
}
