import { createHash } from "node:crypto";
import { type Database, schema, type Transaction } from "@pulsekeep/database";
import { type CompactRange, coverLeaves, type NodePlace } from "@pulsekeep/signing/merkle/compact-range";
import { type FindNode, makeProof, placesOfPlan, type ProofPlan } from "@pulsekeep/signing/merkle/make-proof";
import type { Sha256 } from "@pulsekeep/signing/merkle/tree-hash";
import { sql } from "drizzle-orm";

const { auditLeaves, auditNodes } = schema;
type Reader = Database | Transaction;

export const sha256: Sha256 = (data) => createHash("sha256").update(data).digest();

/** How many leaves the log has, as a role that sees them all. */
export async function countLeaves(db: Reader): Promise<number> {
  const [row] = await db
    .select({ size: sql<number>`coalesce(max(${auditLeaves.leafIndex}) + 1, 0)`.mapWith(Number) })
    .from(auditLeaves);
  return row?.size ?? 0;
}

/** Reads the nodes at these places; one that is missing is not found later. */
export async function readNodes(db: Reader, places: readonly NodePlace[]): Promise<FindNode> {
  const levels = places.map(({ level }) => level);
  const indexes = places.map(({ index }) => index);
  const rows =
    places.length === 0
      ? []
      : await db
          .select()
          .from(auditNodes)
          .where(
            sql`(${auditNodes.level}, ${auditNodes.nodeIndex}) in
                  (select * from unnest(${sql.param(levels)}::smallint[], ${sql.param(indexes)}::bigint[]))`,
          );
  const byPlace = new Map(rows.map((row) => [`${row.level}/${row.nodeIndex}`, row.hash]));
  return ({ level, index }) => byPlace.get(`${level}/${index}`);
}

/**
 * The right edge of the log at this size.
 *
 * @throws Error when a node is missing: the log is damaged, and nothing may be built on it
 */
export async function readRange(db: Reader, size: number): Promise<CompactRange> {
  const places = coverLeaves(0, size);
  const find = await readNodes(db, places);
  const edge = places.map((place) => {
    const hash = find(place);
    if (!hash) throw new Error(`The log has no node ${place.level}/${place.index}`);
    return { ...place, hash };
  });
  return { size, edge };
}

/** Makes the proof that a plan describes from the nodes of the log. */
export async function readProof(db: Reader, plan: ProofPlan): Promise<Uint8Array[]> {
  return makeProof(plan, await readNodes(db, placesOfPlan(plan)), sha256);
}
