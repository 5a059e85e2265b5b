import { z } from "zod";
import { idSchema, instantSchema } from "./shared.js";

export const workerStateSchema = z.enum(["provisioning", "verifying", "active", "failed", "removed"]);
export type WorkerState = z.infer<typeof workerStateSchema>;

/** A shadow worker: the script in the user's own private repository. */
export const workerSchema = z
  .object({
    id: idSchema,
    clientId: z.string(),
    kind: z.enum(["actions", "resident"]),
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
    lastHandshakeAt: instantSchema.nullable(),
    nextCheckInAt: instantSchema.nullable(),
    secretExpiresAt: instantSchema,
    createdAt: instantSchema,
  })
  .meta({ id: "Worker" });
export type Worker = z.infer<typeof workerSchema>;

export const provisioningStepNameSchema = z.enum([
  "consent",
  "repository",
  "files",
  "secrets",
  "wake",
  "revoke",
  "verify",
]);
export type ProvisioningStepName = z.infer<typeof provisioningStepNameSchema>;

export const provisioningStepSchema = z
  .object({
    name: provisioningStepNameSchema,
    state: z.enum(["waiting", "running", "done", "failed", "skipped"]),
    startedAt: instantSchema.nullable(),
    endedAt: instantSchema.nullable(),
    /** What exactly was done, as named facts (repository name, commit SHA, secret names): never a secret. */
    facts: z.record(z.string(), z.string()),
    errorCode: z.string().nullable(),
  })
  .meta({ id: "ProvisioningStep" });
export type ProvisioningStep = z.infer<typeof provisioningStepSchema>;

/** One attempt to create a worker; its steps move live. `tokenRevokedAt` proves the consent ended. */
export const provisioningSchema = z
  .object({
    id: idSchema,
    workerId: idSchema,
    state: z.enum(["awaiting_consent", "running", "verifying", "done", "failed"]),
    steps: z.array(provisioningStepSchema),
    tokenRevokedAt: instantSchema.nullable(),
    /** GitHub's page where the user can end the consent, shown when we could not prove that it ended. */
    revokeUrl: z.url(),
    createdAt: instantSchema,
    endedAt: instantSchema.nullable(),
  })
  .meta({ id: "Provisioning" });
export type Provisioning = z.infer<typeof provisioningSchema>;

/** Answer of `POST /api/v1/provisionings`: where the browser goes for the consent. */
export const provisioningStartedSchema = z
  .object({ id: idSchema, authorizeUrl: z.url() })
  .meta({ id: "ProvisioningStarted" });
export type ProvisioningStarted = z.infer<typeof provisioningStartedSchema>;
