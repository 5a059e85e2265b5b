import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { openValue, type SealedPlace, sealValue, unwrapKey, wrapKey } from "@pulsekeep/signing";
import { eq } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { newId } from "../../platform/ids.js";

/** Where a sealed value lives; the tenant comes with the call. */
export type Place = Omit<SealedPlace, "tenant">;

type DataKey = { id: string; key: KeyObject };

/**
 * Seals secrets at rest (FR4): each workspace has a data key, wrapped by the keyring's current key, and every
 * value is bound to its tenant, table, column and row.
 */
@Injectable()
export class VaultService {
  private readonly ring: { currentId: string; keys: ReadonlyMap<string, KeyObject> };

  constructor(@Inject(ENV) env: Env) {
    const { currentId, keys } = env.PULSEKEEP_KEYRING;
    this.ring = {
      currentId,
      keys: new Map(
        Object.entries(keys).map(([id, key]) => [id, createSecretKey(Buffer.from(key, "base64url"))]),
      ),
    };
  }

  /** Seals a value of this workspace for one place. Makes the workspace's data key at the first call. */
  async seal(tx: Transaction, workspaceId: string, place: Place, plaintext: Uint8Array): Promise<Buffer> {
    const { id, key } =
      (await this.findDataKey(tx, workspaceId)) ?? (await this.createDataKey(tx, workspaceId));
    return sealValue({
      key,
      keyId: id,
      place: { ...place, tenant: workspaceId },
      plaintext,
      iv: randomBytes(12),
    });
  }

  /** @throws Error when the value does not open: wrong place, unknown key, or tampered with */
  async open(tx: Transaction, workspaceId: string, place: Place, sealed: Uint8Array): Promise<Buffer> {
    const dataKey = await this.findDataKey(tx, workspaceId);
    const opened = openValue({
      findKey: (id) => (id === dataKey?.id ? dataKey.key : undefined),
      place: { ...place, tenant: workspaceId },
      sealed,
    });
    if (!opened.ok)
      throw new Error(`${place.table}.${place.column} of ${place.row} does not open: ${opened.reason}`);
    return opened.plaintext;
  }

  private async findDataKey(tx: Transaction, workspaceId: string): Promise<DataKey | undefined> {
    const [row] = await tx
      .select()
      .from(schema.dataKeys)
      .where(eq(schema.dataKeys.workspaceId, workspaceId))
      .limit(1);
    if (!row) return undefined;
    const unwrapped = unwrapKey({
      findKey: (id) => this.ring.keys.get(id),
      place: placeOfDataKey(workspaceId, row.id),
      wrapped: row.keyWrapped,
    });
    if (!unwrapped.ok)
      throw new Error(`The data key of workspace ${workspaceId} does not open: ${unwrapped.reason}`);
    return { id: row.id, key: unwrapped.dataKey };
  }

  private async createDataKey(tx: Transaction, workspaceId: string): Promise<DataKey> {
    const id = newId();
    const dataKey = randomBytes(32);
    const wrappingKey = this.ring.keys.get(this.ring.currentId);
    if (!wrappingKey) throw new Error("The keyring has no current key");
    const keyWrapped = wrapKey({
      wrappingKey,
      wrappingKeyId: this.ring.currentId,
      place: placeOfDataKey(workspaceId, id),
      dataKey,
      iv: randomBytes(12),
    });
    await tx
      .insert(schema.dataKeys)
      .values({ id, workspaceId, keyringKeyId: this.ring.currentId, keyWrapped })
      .onConflictDoNothing({ target: schema.dataKeys.workspaceId });
    // Two first calls at once: the one whose insert did nothing uses the other's key.
    const kept = await this.findDataKey(tx, workspaceId);
    if (!kept) throw new Error(`The data key of workspace ${workspaceId} was not kept`);
    return kept;
  }
}

const placeOfDataKey = (workspaceId: string, id: string): SealedPlace => ({
  tenant: workspaceId,
  table: "data_keys",
  column: "key_wrapped",
  row: id,
});
