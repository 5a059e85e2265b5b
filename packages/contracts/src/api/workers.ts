import { z } from "zod";
import { idSchema, instantSchema } from "./shared.js";

export const workerStateSchema = z.enum(["provisioning", "verifying", "active", "failed", "removed"]);
export type WorkerState = z.infer<typeof workerStateSchema>;

export const workerWaySchema = z.enum(["consent", "browser", "machine", "manual"]);
export type WorkerWay = z.infer<typeof workerWaySchema>;

/** A shadow worker: the script in the user's own private repository. */
export const workerSchema = z
  .object({
    id: idSchema,
    clientId: z.string(),
    kind: z.enum(["actions", "resident"]),
    /** How it came to be: by a consent lent to us, or by its user's own hands, who then never showed us a token. */
    way: workerWaySchema,
    state: workerStateSchema,
    repository: z
      .object({
        id: z.number().int(),
        fullName: z.string(),
        url: z.url(),
        defaultBranch: z.string(),
      })
      .nullable(),
    author: z.object({ name: z.string(), email: z.string() }).nullable(),
    version: z.string().nullable(),
    cronMinute: z.number().int().min(0).max(59),
    /** What the schedule that it was made with takes of 30 days of GitHub Actions; null where it needs none. */
    actionsUse: z
      .object({ wakes: z.number().int().positive(), minutes: z.number().int().positive() })
      .nullable(),
    lastHandshakeAt: instantSchema.nullable(),
    nextCheckInAt: instantSchema.nullable(),
    /** That it stays away: since its last handshake, more check-ins in a row were missed than bad luck explains. */
    silence: z
      .object({ since: instantSchema, missed: z.number().int().positive(), raisedAt: instantSchema })
      .nullable(),
    secretExpiresAt: instantSchema,
    /** Whether a new root lies in the repository already and waits for its first proof. */
    rotating: z.boolean(),
    removedAt: instantSchema.nullable(),
    createdAt: instantSchema,
  })
  .meta({ id: "Worker" });
export type Worker = z.infer<typeof workerSchema>;

export const provisioningStepNameSchema = z.enum([
  "consent",
  "enrolment",
  "repository",
  "files",
  "secrets",
  "wake",
  "revoke",
  "verify",
  "confirm",
]);
export type ProvisioningStepName = z.infer<typeof provisioningStepNameSchema>;

/**
 * Why a step failed. Adding one: a row here, its text in each of the web app's message files (`reasons`), and
 * its way out (`features/workers/way-out.tsx`).
 */
export const provisioningErrorCodeSchema = z.enum([
  "consent_refused",
  "consent_expired",
  "consent_scope_missing",
  "account_differs",
  "github_rate_limited",
  "github_secondary_limited",
  "github_unavailable",
  "github_timeout",
  "github_token_refused",
  "github_forbidden",
  "github_unexpected",
  "organization_policy",
  "sso_required",
  "repository_creation_forbidden",
  "repository_name_taken",
  "repository_in_use",
  "repository_not_private",
  "repository_gone",
  "actions_disabled",
  "workflow_not_registered",
]);
export type ProvisioningErrorCode = z.infer<typeof provisioningErrorCodeSchema>;

export const provisioningStepSchema = z
  .object({
    name: provisioningStepNameSchema,
    state: z.enum(["waiting", "running", "done", "failed", "skipped"]),
    startedAt: instantSchema.nullable(),
    endedAt: instantSchema.nullable(),
    /** What exactly was done, as named facts (repository name, commit SHA, secret names): never a secret. */
    facts: z.record(z.string(), z.string()),
    errorCode: z.string().nullable(),
    /** What the reader has to know of the error: `retryAt` (instant), `organization`, `repository`. */
    errorFacts: z.record(z.string(), z.string()).default({}),
  })
  .meta({ id: "ProvisioningStep" });
export type ProvisioningStep = z.infer<typeof provisioningStepSchema>;

/** One attempt to create, move or re-key a worker; its steps move live. `tokenRevokedAt` proves the consent ended. */
export const provisioningSchema = z
  .object({
    id: idSchema,
    workerId: idSchema,
    purpose: z.enum(["create", "rotate", "move"]),
    way: workerWaySchema,
    state: z.enum([
      "awaiting_consent",
      "awaiting_enrolment",
      "running",
      "verifying",
      "awaiting_confirmation",
      "done",
      "failed",
    ]),
    steps: z.array(provisioningStepSchema),
    /** What is known to exist at GitHub by now; null before there is a repository. */
    repository: z
      .object({
        id: z.number().int(),
        ownerId: z.number().int(),
        fullName: z.string(),
        url: z.url(),
        author: z.string().nullable(),
      })
      .nullable(),
    tokenRevokedAt: instantSchema.nullable(),
    /** GitHub's page where the user can end the consent, shown when we could not prove that it ended. */
    revokeUrl: z.url(),
    githubUrl: z.url(),
    createdAt: instantSchema,
    endedAt: instantSchema.nullable(),
  })
  .meta({ id: "Provisioning" });
export type Provisioning = z.infer<typeof provisioningSchema>;

/** A name that GitHub takes for a repository as it is. */
export const repositoryNameSchema = z
  .string()
  .regex(/^(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/)
  .meta({ description: "Name of a repository, without its owner" });

/**
 * Body of `POST /api/v1/provisionings`: for a new worker, or to move or re-key one that there is. Without a name
 * it is the usual one.
 */
export const provisioningStartSchema = z
  .strictObject({
    repositoryName: repositoryNameSchema.optional(),
    existing: z.strictObject({ workerId: idSchema, purpose: z.enum(["rotate", "move"]) }).optional(),
  })
  .meta({ id: "ProvisioningStart" });
export type ProvisioningStart = z.infer<typeof provisioningStartSchema>;

/** Body of a retry; without a name the one asked before. */
export const provisioningRetrySchema = z
  .strictObject({ repositoryName: repositoryNameSchema.optional() })
  .meta({ id: "ProvisioningRetry" });
export type ProvisioningRetry = z.infer<typeof provisioningRetrySchema>;

/** Answer of `POST /api/v1/provisionings`: where the browser goes for the consent. */
export const provisioningStartedSchema = z
  .object({ id: idSchema, authorizeUrl: z.url() })
  .meta({ id: "ProvisioningStarted" });
export type ProvisioningStarted = z.infer<typeof provisioningStartedSchema>;

/** Body of `POST /api/v1/provisionings/own-machine`; with a worker it is done again for that worker. */
export const ownMachineStartSchema = z
  .strictObject({
    workerId: idSchema.optional(),
    way: z.enum(["browser", "machine", "manual"]).default("machine"),
  })
  .meta({ id: "OwnMachineStart" });
export type OwnMachineStart = z.infer<typeof ownMachineStartSchema>;

/** The one-time code, this once. */
export const ownMachineStartedSchema = z
  .object({ id: idSchema, code: z.string(), expiresAt: instantSchema })
  .meta({ id: "OwnMachineStarted" });
export type OwnMachineStarted = z.infer<typeof ownMachineStartedSchema>;

/** Body of `POST /api/v1/provisionings/{id}/confirm`: the ids that the person saw. */
export const provisioningConfirmSchema = z
  .strictObject({ repositoryId: z.number().int().positive(), ownerId: z.number().int().positive() })
  .meta({ id: "ProvisioningConfirm" });
export type ProvisioningConfirm = z.infer<typeof provisioningConfirmSchema>;

/** The files of a worker's repository, for who puts them there without us. */
export const workerFilesSchema = z
  .object({
    version: z.string(),
    sha256: z.string(),
    /** Path to text. `allow.json` is the user's own once it is there. */
    files: z.record(z.string(), z.string()),
  })
  .meta({ id: "WorkerFiles" });
export type WorkerFiles = z.infer<typeof workerFilesSchema>;

export const workerFilesQuerySchema = z.object({
  repository: z.string().regex(/^[A-Za-z0-9-]{1,39}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/),
  cronMinute: z.coerce.number().int().min(0).max(59),
});

/** Body of `POST /api/v1/workers/{id}/removal`: the repository's name, typed; the client id where there is none. */
export const workerRemovalSchema = z
  .strictObject({ confirmation: z.string().min(1).max(200) })
  .meta({ id: "WorkerRemoval" });
export type WorkerRemoval = z.infer<typeof workerRemovalSchema>;

/** A worker's root expires soon, or has expired (`daysBefore` 0). */
export const workerNoticeSchema = z
  .object({
    workerId: idSchema,
    repository: z.string().nullable(),
    daysBefore: z.number().int().nonnegative(),
    secretExpiresAt: instantSchema,
    raisedAt: instantSchema,
  })
  .meta({ id: "WorkerNotice" });
export type WorkerNotice = z.infer<typeof workerNoticeSchema>;

/** A worker stays away; the notice ends when it is back. */
export const workerSilenceNoticeSchema = z
  .object({
    workerId: idSchema,
    repository: z.string().nullable(),
    kind: z.enum(["actions", "resident"]),
    since: instantSchema,
    missed: z.number().int().positive(),
    raisedAt: instantSchema,
  })
  .meta({ id: "WorkerSilenceNotice" });
export type WorkerSilenceNotice = z.infer<typeof workerSilenceNoticeSchema>;

export const workerNoticesSchema = z
  .object({ rows: z.array(workerNoticeSchema), silences: z.array(workerSilenceNoticeSchema) })
  .meta({ id: "WorkerNotices" });
export type WorkerNotices = z.infer<typeof workerNoticesSchema>;
