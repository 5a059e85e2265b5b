import { type KeyObject, randomBytes } from "node:crypto";
import { hedgedIv, readSealKeyId, type SealedPlace, sealValue, unwrapKey, wrapKey } from "@pulsekeep/signing";
import { getKeyringKey, type Keyring } from "./keyring.js";

/** Values that one data key seals at most, far below the 2^32 that random IVs allow (NIST SP 800-38D, 8.3). */
export const MAX_SEALS = 2 ** 24;

export type DataKeyRow = { id: string; workspaceId: string; keyringKeyId: string; keyWrapped: Uint8Array };

export type UnwrappedDataKey =
  | { ok: true; key: KeyObject }
  | { ok: false; reason: "malformed" | "unknown_key" | "retired_key" | "tampered" };

/** Wraps a data key under the ring's current key, for this workspace and row alone. */
export function wrapDataKey(
  ring: Keyring,
  place: { workspaceId: string; id: string },
  dataKey: Uint8Array,
): { keyringKeyId: string; keyWrapped: Buffer } {
  return {
    keyringKeyId: ring.currentId,
    keyWrapped: wrapKey({
      wrappingKey: getKeyringKey(ring, ring.currentId),
      wrappingKeyId: ring.currentId,
      place: placeOf(place),
      dataKey,
      iv: randomBytes(12),
    }),
  };
}

/** Opens a wrapped data key with the one key that it names; a key that was retired opens nothing. */
export function unwrapDataKey(
  ring: Keyring,
  row: DataKeyRow & { retiredAt?: Date | null },
): UnwrappedDataKey {
  const namedId = readSealKeyId(row.keyWrapped);
  if (namedId === undefined) return { ok: false, reason: "malformed" };
  // The column is what retirement goes by, so it must not say something else than what was sealed.
  if (namedId !== row.keyringKeyId) return { ok: false, reason: "tampered" };
  if (row.retiredAt) return { ok: false, reason: "retired_key" };
  const unwrapped = unwrapKey({
    findKey: (id) => ring.keys.get(id),
    place: placeOf(row),
    wrapped: row.keyWrapped,
  });
  return unwrapped.ok ? { ok: true, key: unwrapped.dataKey } : unwrapped;
}

/**
 * The key that a data key has replaced, sealed under the one that replaced it: who read a value before the
 * replacement and opens it afterwards still can, for as long as the row keeps this.
 */
export function sealFormerKey(
  { workspaceId, id, key }: { workspaceId: string; id: string; key: KeyObject },
  former: KeyObject,
): Buffer {
  const place = placeOfFormer({ workspaceId, id });
  const plaintext = former.export();
  const iv = hedgedIv({ key, random: randomBytes(32), place, plaintext });
  return sealValue({ key, keyId: id, place, plaintext, iv });
}

/** Undefined when it does not open. */
export function openFormerKey(
  { workspaceId, id, key }: { workspaceId: string; id: string; key: KeyObject },
  sealed: Uint8Array,
): KeyObject | undefined {
  const opened = unwrapKey({
    findKey: (named) => (named === id ? key : undefined),
    place: placeOfFormer({ workspaceId, id }),
    wrapped: sealed,
  });
  return opened.ok ? opened.dataKey : undefined;
}

const placeOfFormer = ({ workspaceId, id }: { workspaceId: string; id: string }): SealedPlace => ({
  tenant: workspaceId,
  table: "data_keys",
  column: "former_key_sealed",
  row: id,
});

const placeOf = ({ workspaceId, id }: { workspaceId: string; id: string }): SealedPlace => ({
  tenant: workspaceId,
  table: "data_keys",
  column: "key_wrapped",
  row: id,
});
