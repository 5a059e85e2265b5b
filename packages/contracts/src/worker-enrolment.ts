import { z } from "zod";
import { provisioningErrorCodeSchema } from "./api/workers.js";

/**
 * Enrolment: how a worker comes to be by its user's own hands. A one-time code from the user's page is exchanged
 * for the worker's root; whoever holds the code puts files and secrets into the repository. All schemas are
 * strict, so that no GitHub token can come along.
 */
const secretText = z.string().regex(/^[A-Za-z0-9_-]{16,80}$/);
const commitSha = z.string().regex(/^[0-9a-f]{40}$/);
const branch = z
  .string()
  .max(200)
  .regex(/^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.))(?!.*(?:\/|\.|\.lock)$)[A-Za-z0-9._/-]+$/);
const instant = z.iso.datetime({ precision: 3 });

/** Body of `POST /v1/worker/enroll`. What it says of the repository is proposed; the worker's first run proves it. */
export const enrolRequestSchema = z
  .strictObject({
    code: secretText,
    kind: z.enum(["actions", "resident"]),
    repository: z.strictObject({
      id: z.int().positive(),
      ownerId: z.int().positive(),
      fullName: z.string().regex(/^[A-Za-z0-9-]{1,39}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/),
      defaultBranch: branch,
      made: z.enum(["created", "adopted"]),
    }),
    author: z.strictObject({
      name: z.string().regex(/^[^<>\p{Cc}]{1,100}$/u),
      email: z.string().regex(/^[^<>@\s]{1,100}@[^<>@\s]{1,150}$/),
    }),
  })
  .meta({ id: "EnrolRequest" });
export type EnrolRequest = z.infer<typeof enrolRequestSchema>;

/** `handshakeSecret` is base64url of 32 bytes and is given this once. */
export const enrolResponseSchema = z
  .strictObject({
    provisioningId: z.uuid(),
    workerId: z.uuid(),
    clientId: z.string(),
    handshakeSecret: z.string(),
    kind: z.enum(["actions", "resident"]),
    serverUrl: z.url(),
    cronMinute: z.int().min(0).max(59),
    secretExpiresAt: instant,
    ticket: z.string(),
  })
  .meta({ id: "EnrolResponse" });
export type EnrolResponse = z.infer<typeof enrolResponseSchema>;

/** Body of `POST /v1/worker/enroll/installed`: files and secrets are where they belong. */
export const installedRequestSchema = z
  .strictObject({ ticket: secretText, commitSha: commitSha.optional() })
  .meta({ id: "EnrolmentInstalledRequest" });
export type InstalledRequest = z.infer<typeof installedRequestSchema>;

export const enrolmentStatusRequestSchema = z
  .strictObject({ ticket: secretText })
  .meta({ id: "EnrolmentStatusRequest" });
export type EnrolmentStatusRequest = z.infer<typeof enrolmentStatusRequestSchema>;

/** Body of `POST /v1/worker/enroll/failed`: where it stopped, for the page that shows the steps. */
export const enrolmentFailedRequestSchema = z
  .strictObject({
    ticket: secretText,
    step: z.enum(["repository", "files", "secrets", "wake"]),
    errorCode: provisioningErrorCodeSchema,
  })
  .meta({ id: "EnrolmentFailedRequest" });
export type EnrolmentFailedRequest = z.infer<typeof enrolmentFailedRequestSchema>;

export const enrolmentStateSchema = z.enum([
  "running",
  "verifying",
  "awaiting_confirmation",
  "done",
  "failed",
]);

export const enrolmentStateAnswerSchema = z
  .strictObject({ state: enrolmentStateSchema })
  .meta({ id: "EnrolmentState" });
export type EnrolmentStateAnswer = z.infer<typeof enrolmentStateAnswerSchema>;

export const enrolmentStatusSchema = z
  .strictObject({
    state: enrolmentStateSchema,
    errorCode: z.string().nullable(),
    worker: z.strictObject({
      state: z.enum(["provisioning", "verifying", "active", "failed", "removed"]),
      lastHandshakeAt: instant.nullable(),
      nextCheckInAt: instant.nullable(),
    }),
  })
  .meta({ id: "EnrolmentStatus" });
export type EnrolmentStatus = z.infer<typeof enrolmentStatusSchema>;
