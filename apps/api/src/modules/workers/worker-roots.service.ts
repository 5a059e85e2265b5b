import { randomBytes, randomInt } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { HANDSHAKE_SECRET_BYTES } from "@pulsekeep/signing";
import { and, eq, isNotNull, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { newId, newSecret } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { type AuditActor, AuditService } from "../audit/audit.service.js";
import { VaultService } from "../vault/vault.service.js";
import { ProvisioningService, type WorkerRow } from "./provisioning.service.js";

const { workers } = schema;

/** FR22: a root that is older than this is refused. */
const ROOT_LIFE_DAYS = 180;
/** Longer than a run of a worker may take: what began with the old root ends with it. */
const OVERLAP_MINUTES = 20;

const SEALED = {
  current: { column: "handshake_secret_sealed", of: (row: Sealed) => row.handshakeSecretSealed },
  next: { column: "next_secret_sealed", of: (row: Sealed) => row.nextSecretSealed },
  previous: { column: "previous_secret_sealed", of: (row: Sealed) => row.previousSecretSealed },
} as const;
export type RootSlot = keyof typeof SEALED;
export type Root = { slot: RootSlot; sealed: Buffer };

type Sealed = Pick<
  WorkerRow,
  "handshakeSecretSealed" | "nextSecretSealed" | "previousSecretSealed" | "previousSecretUntil"
>;

/** The roots that a proof may come from, likeliest first. */
export function listRoots(worker: Sealed, now: Date): Root[] {
  return (Object.keys(SEALED) as RootSlot[]).flatMap((slot) => {
    const sealed = SEALED[slot].of(worker);
    const isOver = slot === "previous" && !(worker.previousSecretUntil && worker.previousSecretUntil > now);
    return sealed === null || sealed.length === 0 || isOver ? [] : [{ slot, sealed }];
  });
}

/**
 * A worker's roots: the one that it uses, one that was put into its repository and waits for its first proof,
 * and the one before, for as long as a run that began with it may take.
 */
@Injectable()
export class WorkerRootsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(VaultService) private readonly vault: VaultService,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(ProvisioningService) private readonly provisionings: ProvisioningService,
  ) {}

  /** Makes a worker with its first root, and says so in the audit. */
  async createWorker(
    tx: Transaction,
    caller: { workspaceId: string; userId: string },
    as: Pick<WorkerRow, "way"> & Partial<WorkerRow>,
  ): Promise<string> {
    const id = newId();
    const { workspaceId } = caller;
    const sealed = await this.vault.seal(tx, workspaceId, placeOfRoot(id, "current"), newRoot());
    await tx.insert(workers).values({
      ...as,
      id,
      workspaceId,
      clientId: `kw_${newSecret(18)}`,
      handshakeSecretSealed: sealed,
      secretExpiresAt: expiresAt(sql`now()`),
      cronMinute: randomInt(60),
    });
    await this.audit.record(tx, {
      workspaceId,
      action: "worker.created",
      actor: { kind: "user", id: caller.userId },
      subject: { kind: "worker", id },
      facts: { way: as.way },
    });
    return id;
  }

  /**
   * The secrets for the repository. For a worker that goes on meanwhile that is a next root, made at the first
   * call; only here, at an enrolment and where a proof is verified is a root opened.
   */
  async openForRepository(
    tenant: Tenant,
    workerId: string,
    { next }: { next: boolean },
  ): Promise<{ clientId: string; handshakeSecretPlain: string }> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [worker] = await tx.select().from(workers).where(eq(workers.id, workerId)).for("update");
      if (!worker || worker.state === "removed") throw new AppError("not_found");
      const plain = next ? await this.ensureNext(tx, worker) : await this.open(tx, worker, "current");
      return { clientId: worker.clientId, handshakeSecretPlain: plain.toString("base64url") };
    });
  }

  /** A new root in the place of the current one, for a worker that has never proven any. Returns it. */
  async replaceUnproven(tx: Transaction, worker: WorkerRow): Promise<Buffer> {
    const plain = newRoot();
    await tx
      .update(workers)
      .set({
        handshakeSecretSealed: await this.seal(tx, worker, { slot: "current", plain }),
        secretCreatedAt: sql`now()`,
        secretExpiresAt: expiresAt(sql`now()`),
      })
      .where(eq(workers.id, worker.id));
    return plain;
  }

  /** A next root, in the place of one that may have been lost on its way. Returns it. */
  async replaceNext(tx: Transaction, worker: WorkerRow): Promise<Buffer> {
    const plain = newRoot();
    await tx
      .update(workers)
      .set({
        nextSecretSealed: await this.seal(tx, worker, { slot: "next", plain }),
        nextSecretCreatedAt: sql`now()`,
      })
      .where(eq(workers.id, worker.id));
    return plain;
  }

  /** @throws Error when the slot is empty or does not open */
  async open(tx: Transaction, worker: WorkerRow, slot: RootSlot): Promise<Buffer> {
    const sealed = SEALED[slot].of(worker);
    if (sealed === null) throw new Error(`Worker ${worker.id} has no ${slot} root`);
    return this.vault.open(tx, worker.workspaceId, placeOfRoot(worker.id, slot), sealed);
  }

  /** A proof came from the next root: it is the root from now on. Of two at once one does it. */
  async promoteProven({ id, workspaceId }: { id: string; workspaceId: string }): Promise<void> {
    await this.databases.inTenant({ workspaceId }, async (tx) => {
      const [worker] = await tx.select().from(workers).where(eq(workers.id, id)).for("update");
      if (!worker || worker.nextSecretSealed === null) return;
      await this.promoteNext(tx, worker, { actor: { kind: "worker", id }, overlaps: true });
      await this.provisionings.recordProvenRoot(tx, id);
    });
  }

  /** The next root becomes the root, because it was proven or because nobody else can have one any more. */
  async promoteNext(
    tx: Transaction,
    worker: WorkerRow,
    { actor, overlaps }: { actor: AuditActor; overlaps: boolean },
  ): Promise<void> {
    const next = await this.open(tx, worker, "next");
    const before = overlaps ? await this.open(tx, worker, "current") : undefined;
    const promoted = await tx
      .update(workers)
      .set({
        handshakeSecretSealed: await this.seal(tx, worker, { slot: "current", plain: next }),
        secretCreatedAt: sql`${workers.nextSecretCreatedAt}`,
        secretExpiresAt: expiresAt(sql`${workers.nextSecretCreatedAt}`),
        nextSecretSealed: null,
        nextSecretCreatedAt: null,
        previousSecretSealed: before
          ? await this.seal(tx, worker, { slot: "previous", plain: before })
          : null,
        previousSecretUntil: before
          ? sql`clock_timestamp() + make_interval(mins => ${OVERLAP_MINUTES})`
          : null,
      })
      // Of two first proofs at once one promotes.
      .where(and(eq(workers.id, worker.id), isNotNull(workers.nextSecretSealed)))
      .returning({ expiresAt: workers.secretExpiresAt });
    if (promoted[0] === undefined) return;
    await this.audit.record(tx, {
      workspaceId: worker.workspaceId,
      action: "worker.root_rotated",
      actor,
      subject: { kind: "worker", id: worker.id },
      facts: { expiresAt: promoted[0].expiresAt.toISOString() },
    });
    await enqueue(tx, notice(worker.workspaceId, "worker.changed", worker.id));
  }

  private async ensureNext(tx: Transaction, worker: WorkerRow): Promise<Buffer> {
    return worker.nextSecretSealed === null ? this.replaceNext(tx, worker) : this.open(tx, worker, "next");
  }

  private async seal(
    tx: Transaction,
    worker: { workspaceId: string; id: string },
    { slot, plain }: { slot: RootSlot; plain: Buffer },
  ): Promise<Buffer> {
    return this.vault.reseal(tx, worker.workspaceId, placeOfRoot(worker.id, slot), plain);
  }
}

/** Columns that shred a worker's roots: what is overwritten opens nothing, whoever finds the row's copy later. */
export const SHREDDED = {
  handshakeSecretSealed: Buffer.alloc(0),
  nextSecretSealed: null,
  nextSecretCreatedAt: null,
  previousSecretSealed: null,
  previousSecretUntil: null,
} as const;

const newRoot = (): Buffer => randomBytes(HANDSHAKE_SECRET_BYTES);

const expiresAt = (from: ReturnType<typeof sql>) => sql`${from} + make_interval(days => ${ROOT_LIFE_DAYS})`;

export const placeOfRoot = (workerId: string, slot: RootSlot) => ({
  table: "workers",
  column: SEALED[slot].column,
  row: workerId,
});
