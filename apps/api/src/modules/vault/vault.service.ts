import { type KeyObject, randomBytes } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { hedgedIv, openValue, type SealedPlace, sealValue } from "@pulsekeep/signing";
import { and, eq, lt, sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { newId } from "../../platform/ids.js";
import { MAX_SEALS, unwrapDataKey, wrapDataKey } from "./data-key.js";
import { type Keyring, openKeyring } from "./keyring.js";

const { dataKeys, keyringKeys } = schema;

/** Where a sealed value lives; the tenant comes with the call. */
export type Place = Omit<SealedPlace, "tenant">;

/** A workspace's data key as a look-up found it, and whether the keyring's key over it was retired. */
export type WrappedDataKey = {
  id: string;
  workspaceId: string;
  keyringKeyId: string;
  keyWrapped: Uint8Array;
  retiredAt: Date | null;
};

type DataKey = { id: string; key: KeyObject };

/**
 * Seals secrets at rest (FR4): each workspace has a data key, wrapped by the keyring's current key, and every
 * value is bound to its tenant, table, column and row.
 */
@Injectable()
export class VaultService {
  private readonly ring: Keyring;

  constructor(@Inject(ENV) env: Env) {
    this.ring = openKeyring(env.PULSEKEEP_KEYRING);
  }

  /**
   * Seals a value of this workspace for one place. Makes the workspace's data key at the first call.
   *
   * @throws Error when the workspace's data key, or the keyring's, may seal no more
   */
  async seal(tx: Transaction, workspaceId: string, place: Place, plaintext: Uint8Array): Promise<Buffer> {
    const { id, key } =
      (await this.findDataKey(tx, workspaceId)) ?? (await this.createDataKey(tx, workspaceId));
    await countSeal(tx, workspaceId);
    const at = { ...place, tenant: workspaceId };
    const iv = hedgedIv({ key, random: randomBytes(32), place: at, plaintext });
    return sealValue({ key, keyId: id, place: at, plaintext, iv });
  }

  /** @throws Error when the value does not open: wrong place, unknown or retired key, or tampered with */
  async open(tx: Transaction, workspaceId: string, place: Place, sealed: Uint8Array): Promise<Buffer> {
    const dataKey = await this.findDataKey(tx, workspaceId);
    return openAt(dataKey, { ...place, tenant: workspaceId }, sealed);
  }

  /**
   * As `open`, with the workspace's data key at hand: for what is opened of many workspaces together.
   *
   * @throws Error as `open` does
   */
  openWith(dataKey: WrappedDataKey, place: Place, sealed: Uint8Array): Buffer {
    const unwrapped = unwrapDataKey(this.ring, dataKey);
    if (!unwrapped.ok)
      throw new Error(`The data key of workspace ${dataKey.workspaceId} does not open: ${unwrapped.reason}`);
    return openAt({ id: dataKey.id, key: unwrapped.key }, { ...place, tenant: dataKey.workspaceId }, sealed);
  }

  private async findDataKey(tx: Transaction, workspaceId: string): Promise<DataKey | undefined> {
    const [row] = await tx
      .select({
        id: dataKeys.id,
        workspaceId: dataKeys.workspaceId,
        keyringKeyId: dataKeys.keyringKeyId,
        keyWrapped: dataKeys.keyWrapped,
        retiredAt: keyringKeys.retiredAt,
      })
      .from(dataKeys)
      .leftJoin(keyringKeys, eq(keyringKeys.id, dataKeys.keyringKeyId))
      .where(eq(dataKeys.workspaceId, workspaceId))
      .limit(1);
    if (!row) return undefined;
    const unwrapped = unwrapDataKey(this.ring, row);
    if (!unwrapped.ok)
      throw new Error(`The data key of workspace ${workspaceId} does not open: ${unwrapped.reason}`);
    return { id: row.id, key: unwrapped.key };
  }

  private async createDataKey(tx: Transaction, workspaceId: string): Promise<DataKey> {
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
    const kept = await this.findDataKey(tx, workspaceId);
    if (!kept) throw new Error(`The data key of workspace ${workspaceId} was not kept`);
    return kept;
  }
}

async function countSeal(tx: Transaction, workspaceId: string): Promise<void> {
  const counted = await tx
    .update(dataKeys)
    .set({ seals: sql`${dataKeys.seals} + 1` })
    .where(and(eq(dataKeys.workspaceId, workspaceId), lt(dataKeys.seals, MAX_SEALS)))
    .returning({ id: dataKeys.id });
  if (counted.length === 0) throw new Error(`The data key of workspace ${workspaceId} may seal no more`);
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
