import { z } from "zod";
import { auditEntrySchema } from "./identity.js";
import { idSchema, instantSchema, pageQuerySchema } from "./shared.js";

/** Query of `GET /api/v1/audit`: `from` and `to` are instants, the first included, the second not. */
export const auditQuerySchema = pageQuerySchema.extend({
  action: z.string().max(60).optional(),
  actorKind: z.enum(["user", "worker", "api_key", "system"]).optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

/** A hash of the log: SHA-256, base64. */
const hashSchema = z.string();

/**
 * Answer of `GET /api/v1/audit/{id}/proof`. `waiting`: no checkpoint covers the entry yet, which takes about a
 * minute. The leaf's hash is made of the entry, `workspaceId` and `salt`; `proof` leads from it to the root in
 * `checkpoint`, a signed note.
 */
export const auditProofSchema = z
  .object({
    state: z.enum(["waiting", "included"]),
    inclusion: z
      .object({
        workspaceId: idSchema,
        salt: z.string(),
        leafIndex: z.number().int(),
        treeSize: z.number().int(),
        proof: z.array(hashSchema),
        checkpoint: z.string(),
      })
      .nullable(),
  })
  .meta({ id: "AuditProof" });
export type AuditProof = z.infer<typeof auditProofSchema>;

/** Query of `GET /api/v1/audit/export`: the leaf to begin with, and how many entries at most. */
export const auditExportQuerySchema = z.object({
  from: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number().int().min(1).max(5_000).default(5_000),
});
export type AuditExportQuery = z.infer<typeof auditExportQuerySchema>;

/**
 * A file that stands for itself: one workspace's entries, oldest first, with what proves each to one checkpoint, and
 * the keys that sign for the log. `next` is the leaf that the next file begins with; null when this is the last.
 */
export const auditExportSchema = z
  .object({
    format: z.literal("pulsekeep/audit-export/v1"),
    origin: z.string(),
    keys: z.array(z.string()),
    checkpoint: z.string(),
    entries: z.array(
      z.object({
        leafIndex: z.number().int(),
        salt: z.string(),
        proof: z.array(hashSchema),
        entry: auditEntrySchema.extend({ workspaceId: idSchema }).meta({ id: "ExportedAuditEntry" }),
      }),
    ),
    next: z.number().int().nullable(),
  })
  .meta({ id: "AuditExport" });
export type AuditExport = z.infer<typeof auditExportSchema>;

/** Query of `GET /api/v1/audit/checkpoints`: a page older than the tree size that the cursor names. */
export const checkpointQuerySchema = pageQuerySchema.extend({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});
export type CheckpointQuery = z.infer<typeof checkpointQuerySchema>;

export const auditCheckpointSchema = z
  .object({ treeSize: z.number().int(), rootHash: hashSchema, note: z.string(), madeAt: instantSchema })
  .meta({ id: "AuditCheckpoint" });
export type AuditCheckpoint = z.infer<typeof auditCheckpointSchema>;

const treeSize = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Query of `GET /api/v1/audit/consistency`: two tree sizes, the first at most the second. */
export const consistencyQuerySchema = z
  .object({ from: treeSize, to: treeSize })
  .refine(({ from, to }) => from <= to, { error: "from is greater than to", path: ["from"] });
export type ConsistencyQuery = z.infer<typeof consistencyQuerySchema>;

export const auditConsistencySchema = z
  .object({ from: z.number().int(), to: z.number().int(), proof: z.array(hashSchema) })
  .meta({ id: "AuditConsistency" });
export type AuditConsistency = z.infer<typeof auditConsistencySchema>;

/** Query of `GET /api/v1/audit/leaves`: where to begin, and how many at most. */
export const leavesQuerySchema = z.object({
  from: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
});
export type LeavesQuery = z.infer<typeof leavesQuerySchema>;

/**
 * Hashes of the leaves from `from` on, fewer than asked for at the log's end. They are salted: whoever computes the
 * root from them learns nothing of the entries.
 */
export const auditLeavesSchema = z
  .object({ from: z.number().int(), leaves: z.array(hashSchema) })
  .meta({ id: "AuditLeaves" });
export type AuditLeaves = z.infer<typeof auditLeavesSchema>;

/** The log's name, and every key that ever signed for it, as `name+id+base64(type, key)`. */
export const auditKeysSchema = z
  .object({ origin: z.string(), keys: z.array(z.string()) })
  .meta({ id: "AuditKeys" });
export type AuditKeys = z.infer<typeof auditKeysSchema>;

/** Answer of `GET /api/v1/admin/audit`: how the log is, nothing of what stands in it but counts. */
export const auditHealthSchema = z
  .object({
    treeSize: z.number().int(),
    lastCheckpoint: z.object({ treeSize: z.number().int(), madeAt: instantSchema }).nullable(),
    pending: z.number().int(),
    /** How long the oldest entry has been waiting for its place; null when none waits. */
    lagMs: z.number().int().nullable(),
    /** Entries of the last 30 days. */
    recentActions: z.array(z.object({ action: z.string(), actorKind: z.string(), count: z.number().int() })),
  })
  .meta({ id: "AuditHealth" });
export type AuditHealth = z.infer<typeof auditHealthSchema>;
