import type { Database } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import type { Keyring } from "./keyring.js";
import { type RotationState, rotationStateOf } from "./rotation-schedule.js";

type KeyringKeyState =
  /** Wraps. */
  | "current"
  /** In the ring, still wraps data keys. */
  | "in_use"
  /** In the ring, waits to become the current one. */
  | "next"
  /** In the ring, wraps nothing any more. */
  | "unused"
  /** Opens nothing any more; it may leave the ring. */
  | "retired"
  /** Wraps data keys, and the ring does not hold it. */
  | "missing";

export type KeyringStatus = {
  currentId: string;
  rotation: { state: RotationState; ageMs: number; dueAt: string };
  /** Data keys that are not under the current key yet. */
  waiting: number;
  /** When the oldest data key was made; null without any. */
  oldestDataKeyAt: string | null;
  keys: {
    id: string;
    state: KeyringKeyState;
    inRing: boolean;
    dataKeys: number;
    wraps: number;
    currentSince: string | null;
    retiredAt: string | null;
  }[];
};

type Row = {
  id: string;
  wraps: string | null;
  current_since: Date | null;
  retired_at: Date | null;
  data_keys: number;
  oldest: Date | null;
};

/** What the ring and the database know of every key; the keys themselves are not part of it. */
export async function readKeyringStatus(
  db: Database,
  ring: Keyring,
  { rotationDays, now }: { rotationDays: number; now: Date },
): Promise<KeyringStatus> {
  const { rows } = await db.execute<Row>(
    sql`select coalesce(k.id, d.id) as id, k.wraps, k.current_since, k.retired_at, coalesce(d.n, 0)::int as data_keys, d.oldest
        from keyring_keys k
        full join (select keyring_key_id as id, count(*) as n, min(created_at) as oldest from data_keys group by 1) d on d.id = k.id`,
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  const keys = [...new Set([...ring.keys.keys(), ...known.keys()])].sort().map((id) => {
    const row = known.get(id);
    return {
      id,
      state: stateOf(id, ring, row),
      inRing: ring.keys.has(id),
      dataKeys: row?.data_keys ?? 0,
      wraps: Number(row?.wraps ?? 0),
      currentSince: toText(row?.current_since),
      retiredAt: toText(row?.retired_at),
    };
  });
  const current = known.get(ring.currentId);
  const { state, ageMs, dueAt } = rotationStateOf(
    { currentSince: new Date(current?.current_since ?? now), wraps: Number(current?.wraps ?? 0) },
    { rotationDays, now },
  );
  return {
    currentId: ring.currentId,
    rotation: { state, ageMs, dueAt: dueAt.toISOString() },
    waiting: keys.reduce((sum, { id, dataKeys }) => sum + (id === ring.currentId ? 0 : dataKeys), 0),
    oldestDataKeyAt: oldestOf(rows),
    keys,
  };
}

const oldestOf = (rows: readonly Row[]): string | null =>
  toText(rows.map(({ oldest }) => oldest && new Date(oldest)).reduce(earlier, null));

const earlier = (a: Date | null, b: Date | null): Date | null => (a && b ? (a < b ? a : b) : (a ?? b));

function stateOf(id: string, ring: Keyring, row: Row | undefined): KeyringKeyState {
  if (row?.retired_at) return "retired";
  if (!ring.keys.has(id)) return (row?.data_keys ?? 0) > 0 ? "missing" : "unused";
  if (id === ring.currentId) return "current";
  if ((row?.data_keys ?? 0) > 0) return "in_use";
  return row?.current_since ? "unused" : "next";
}

const toText = (at: Date | null | undefined): string | null => (at ? new Date(at).toISOString() : null);
