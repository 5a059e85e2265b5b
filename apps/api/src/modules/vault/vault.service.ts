import { type KeyObject, randomBytes } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { hedgedIv, openValue, readSealKeyId, type SealedPlace, sealValue } from "@pulsekeep/signing";
import { and, eq, lt, sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { Clock } from "../../platform/clock.js";
import { newId } from "../../platform/ids.js";
import { MAX_SEALS, openFormerKey, unwrapDataKey, wrapDataKey } from "./data-key.js";
import { type Keyring, openKeyring } from "./keyring.js";
import { rotationStateOf } from "./rotation-schedule.js";

const { dataKeys, keyringKeys } = schema;

/** Where a sealed value lives; the tenant comes with the call. `row` is the row's key, its parts joined by "/", empty ones left out. */
export type Place = Omit<SealedPlace, "tenant">;

/** A workspace's data key as a look-up found it, and whether the keyring's key over it was retired. */
export type WrappedDataKey = {
  id: string;
  workspaceId: string;
  keyringKeyId: string;
  keyWrapped: Uint8Array;
  retiredAt: Date | null;
};

type FoundDataKey = WrappedDataKey & { formerId: string | null; formerKeySealed: Uint8Array | null };

type DataKey = { id: string; key: KeyObject };

/**
 * Seals secrets at rest (FR4): each workspace has a data key, wrapped by the keyring's current key, and every
 * value is bound to its tenant, table, column and row.
 */
@Injectable()
export class VaultService {
  private readonly ring: Keyring;

  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.ring = openKeyring(env.PULSEKEEP_KEYRING);
  }

  /**
   * Seals a secret that is new here, for one place of this workspace. Makes the workspace's data key at the first
   * call.
   *
   * @throws AppError `encryption_key_expired` when the keyring's key is too old to protect anything new
   * @throws Error when the workspace's data key, or the keyring's, may seal no more
   */
  async seal(tx: Transaction, workspaceId: string, place: Place, plaintext: Uint8Array): Promise<Buffer> {
    await this.refuseExpired(tx);
    return this.reseal(tx, workspaceId, place, plaintext);
  }

  /**
   * Seals what moves to another place, or stands in for what was sealed there before: however old the keyring's
   * key is, nothing that works may end for it.
   *
   * @throws Error as `seal` does
   */
  async reseal(tx: Transaction, workspaceId: string, place: Place, plaintext: Uint8Array): Promise<Buffer> {
    const row = (await takeSeal(tx, workspaceId)) ?? (await this.createDataKey(tx, workspaceId));
    const { id, key } = this.unwrap(row);
    const at = { ...place, tenant: workspaceId };
    const iv = hedgedIv({ key, random: randomBytes(32), place: at, plaintext });
    return sealValue({ key, keyId: id, place: at, plaintext, iv });
  }

  /** @throws Error when the value does not open: wrong place, unknown or retired key, or tampered with */
  async open(tx: Transaction, workspaceId: string, place: Place, sealed: Uint8Array): Promise<Buffer> {
    const row = await findDataKey(tx, workspaceId);
    return openAt(row && this.keyFor(row, sealed), { ...place, tenant: workspaceId }, sealed);
  }

  /**
   * As `open`, with the workspace's data key at hand: for what is opened of many workspaces together.
   *
   * @throws Error as `open` does
   */
  openWith(dataKey: WrappedDataKey, place: Place, sealed: Uint8Array): Buffer {
    return openAt(this.unwrap(dataKey), { ...place, tenant: dataKey.workspaceId }, sealed);
  }

  private unwrap(row: WrappedDataKey): DataKey {
    const unwrapped = unwrapDataKey(this.ring, row);
    if (!unwrapped.ok)
      throw new Error(`The data key of workspace ${row.workspaceId} does not open: ${unwrapped.reason}`);
    return { id: row.id, key: unwrapped.key };
  }

  /** The data key was replaced between the reading of the value and this: the row keeps the former one a while. */
  private keyFor(row: FoundDataKey, sealed: Uint8Array): DataKey {
    const current = this.unwrap(row);
    const { formerId, formerKeySealed, workspaceId } = row;
    if (formerId === null || formerKeySealed === null || readSealKeyId(sealed) !== formerId) return current;
    const key = openFormerKey({ workspaceId, ...current }, formerKeySealed);
    return key ? { id: formerId, key } : current;
  }

  private async createDataKey(tx: Transaction, workspaceId: string): Promise<WrappedDataKey> {
    if (await findDataKey(tx, workspaceId))
      throw new Error(`The data key of workspace ${workspaceId} may seal no more`);
    const { rows } = await tx.execute<{ taken: boolean }>(
      sql`select take_wrap(${this.ring.currentId}) as taken`,
    );
    if (!rows[0]?.taken) throw new Error(`The keyring key ${this.ring.currentId} may wrap no more`);
    const id = newId();
    await tx
      .insert(dataKeys)
      .values({ id, workspaceId, ...wrapDataKey(this.ring, { workspaceId, id }, randomBytes(32)) })
      .onConflictDoNothing({ target: dataKeys.workspaceId });
    // Two first calls at once: the one whose insert did nothing uses the other's key.
    const kept = await takeSeal(tx, workspaceId);
    if (!kept) throw new Error(`The data key of workspace ${workspaceId} was not kept`);
    return kept;
  }

  private async refuseExpired(tx: Transaction): Promise<void> {
    const [current] = await tx
      .select({ currentSince: keyringKeys.currentSince })
      .from(keyringKeys)
      .where(eq(keyringKeys.id, this.ring.currentId));
    const now = this.clock.now();
    const { state } = rotationStateOf(
      { currentSince: current?.currentSince ?? now, wraps: 0 },
      { rotationDays: this.env.PULSEKEEP_KEY_ROTATION_DAYS, now },
    );
    if (state === "expired") throw new AppError("encryption_key_expired");
  }
}

const WRAPPED = {
  id: dataKeys.id,
  workspaceId: dataKeys.workspaceId,
  keyringKeyId: dataKeys.keyringKeyId,
  keyWrapped: dataKeys.keyWrapped,
};

async function findDataKey(tx: Transaction, workspaceId: string): Promise<FoundDataKey | undefined> {
  const [row] = await tx
    .select({
      ...WRAPPED,
      formerId: dataKeys.formerId,
      formerKeySealed: dataKeys.formerKeySealed,
      retiredAt: keyringKeys.retiredAt,
    })
    .from(dataKeys)
    .leftJoin(keyringKeys, eq(keyringKeys.id, dataKeys.keyringKeyId))
    .where(eq(dataKeys.workspaceId, workspaceId))
    .limit(1);
  return row;
}

/**
 * Counts one seal and says with which key: in one statement, whose lock keeps the key from being replaced before
 * the value is committed. Undefined without a data key, or when it may seal no more.
 */
async function takeSeal(tx: Transaction, workspaceId: string): Promise<WrappedDataKey | undefined> {
  const [taken] = await tx
    .update(dataKeys)
    .set({ seals: sql`${dataKeys.seals} + 1` })
    .where(and(eq(dataKeys.workspaceId, workspaceId), lt(dataKeys.seals, MAX_SEALS)))
    .returning({
      ...WRAPPED,
      retiredAt: sql<string | null>`(select k.retired_at from keyring_keys k where k.id = keyring_key_id)`,
    });
  return taken && { ...taken, retiredAt: taken.retiredAt === null ? null : new Date(taken.retiredAt) };
}

function openAt(dataKey: DataKey | undefined, place: SealedPlace, sealed: Uint8Array): Buffer {
  const opened = openValue({
    findKey: (id) => (id === dataKey?.id ? dataKey.key : undefined),
    place,
    sealed,
  });
  if (!opened.ok)
    throw new Error(`${place.table}.${place.column} of ${place.row} does not open: ${opened.reason}`);
  return opened.plaintext;
}
