import { z } from "zod";
import { auditCheckpointSchema, auditProofSchema } from "./audit.js";
import { auditEntrySchema } from "./identity.js";
import { idSchema, instantSchema } from "./shared.js";

/** What a column holds. Adding one: a row here and its text in the web app's messages (`proof.kinds`). */
export const HELD_KINDS = [
  "identity",
  "setting",
  "content",
  "public_name",
  "client",
  "sealed",
  "wrapped",
  "hash",
  "empty",
  "state",
  "measure",
  "time",
  "id",
  "record",
  "signed",
  "random",
  "passing",
] as const;
export type HeldKind = (typeof HELD_KINDS)[number];

/** What a table is about, as people see it. */
export const HELD_SUBJECTS = [
  "account",
  "workers",
  "pulses",
  "deployments",
  "audit",
  "vault",
  "operations",
] as const;
export type HeldSubject = (typeof HELD_SUBJECTS)[number];

/** How long a row is kept. */
export const HELD_FOR = [
  "account",
  "parent",
  "removed",
  "expiry",
  "minutes",
  "days7",
  "days30",
  "history",
  "hours24",
  "delivered",
  "log",
  "installation",
] as const;
export type HeldFor = (typeof HELD_FOR)[number];

const heldTableSchema = z.object({
  name: z.string(),
  kept: z.enum(HELD_FOR),
  /** Where the operator chooses it: how long, in days. */
  keptDays: z.int().nullable(),
  columns: z.array(z.object({ name: z.string(), kind: z.enum(HELD_KINDS) })),
});

/** A way to check for oneself: a command for a shell, exactly as it can be pasted. `shows` is what it prints, where that is always the same. */
const checkSchema = z.object({
  id: z.enum(["log", "proof_refused", "worker_file", "shared", "not_indexed"]),
  command: z.string(),
  shows: z.string().nullable(),
});
export type ProofCheck = z.infer<typeof checkSchema>;

/** Answer of `GET /api/v1/security`: every column of the database, and how to check what we say. */
export const securitySchema = z
  .object({
    subjects: z.array(z.object({ subject: z.enum(HELD_SUBJECTS), tables: z.array(heldTableSchema) })),
    checks: z.array(checkSchema),
    workerRelease: z.object({ version: z.string(), sha256: z.string() }),
  })
  .meta({ id: "Security" });
export type Security = z.infer<typeof securitySchema>;

/** A handshake with what GitHub's token said of the run; `runner` is null for a resident worker. */
export const handshakeSchema = z
  .object({
    at: instantSchema,
    runner: z
      .object({
        repositoryId: z.string(),
        repositoryOwnerId: z.string(),
        workflowRef: z.string().nullable(),
        workflowSha: z.string().nullable(),
        runId: z.string(),
        runAttempt: z.string().nullable(),
        eventName: z.string().nullable(),
        issuedAt: instantSchema,
      })
      .nullable(),
  })
  .meta({ id: "Handshake" });
export type Handshake = z.infer<typeof handshakeSchema>;

const provenWorkerSchema = z.object({
  id: idSchema,
  kind: z.enum(["actions", "resident"]),
  way: z.enum(["consent", "browser", "machine", "manual"]),
  /** What handshakes are bound to: GitHub's own number, which no rename changes. */
  repositoryId: z.number().int().nullable(),
  /** Not in a shared proof. */
  repository: z.string().nullable(),
  exportsCheckpoints: z.boolean(),
  checkpointExportedAt: instantSchema.nullable(),
  handshakes: z.array(handshakeSchema),
});
export type ProvenWorkerFacts = z.infer<typeof provenWorkerSchema>;

/** The end of a token that was lent to us, as the audit log has it, with the proof that it stands there. */
const revocationSchema = z.object({ entry: auditEntrySchema, proof: auditProofSchema });
export type Revocation = z.infer<typeof revocationSchema>;

/** Answer of `GET /api/v1/proof`. */
export const proofSchema = z
  .object({
    since: instantSchema,
    checkpoint: auditCheckpointSchema.nullable(),
    /** Consents that were given, and those whose token's end is not proven: it may still be alive. */
    consents: z.object({ granted: z.number().int(), unproven: z.number().int() }),
    revocations: z.array(revocationSchema),
    workers: z.array(provenWorkerSchema),
    /** How many rows there are of this workspace, up to `atMost`. */
    rows: z.object({
      atMost: z.number().int(),
      tables: z.array(z.object({ name: z.string(), count: z.number().int() })),
    }),
    checks: z.array(checkSchema),
  })
  .meta({ id: "Proof" });
export type Proof = z.infer<typeof proofSchema>;

/** Answer of `GET /api/v1/proof/shared/{token}`: the same without names and counts. */
export const sharedProofSchema = proofSchema
  .omit({ rows: true })
  .extend({ expiresAt: instantSchema })
  .meta({ id: "SharedProof" });
export type SharedProof = z.infer<typeof sharedProofSchema>;

export const PROOF_LINK_DAYS = [7, 30, 90] as const;

export const proofLinkSchema = z
  .object({ id: idSchema, createdAt: instantSchema, expiresAt: instantSchema })
  .meta({ id: "ProofLink" });
export type ProofLink = z.infer<typeof proofLinkSchema>;

export const proofLinksSchema = z.object({ rows: z.array(proofLinkSchema) }).meta({ id: "ProofLinks" });

/** Body of `POST /api/v1/proof/links`. */
export const newProofLinkSchema = z
  .strictObject({ days: z.union(PROOF_LINK_DAYS.map((days) => z.literal(days))) })
  .meta({ id: "NewProofLink" });
export type NewProofLink = z.infer<typeof newProofLinkSchema>;

/** A new link; its address is shown this once. */
export const createdProofLinkSchema = proofLinkSchema
  .extend({ url: z.url() })
  .meta({ id: "CreatedProofLink" });
export type CreatedProofLink = z.infer<typeof createdProofLinkSchema>;

/** Body of `PUT /api/v1/workers/{id}/checkpoint-export`. */
export const checkpointExportSchema = z
  .strictObject({ enabled: z.boolean() })
  .meta({ id: "CheckpointExport" });
export type CheckpointExport = z.infer<typeof checkpointExportSchema>;
