import { z } from "zod";
import { deploymentDetailSchema } from "./deployments.js";
import { idSchema, localeSchema, zonedInstantSchema } from "./shared.js";

/** Text that the database can hold: PostgreSQL refuses NUL. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes("\0"), { error: "NUL is not allowed" });

/** What makes a repeated trigger the same trigger; in the header `X-Idempotency-Key` or in the body. */
export const idempotencyKeySchema = text(255).min(1);

/** Wire format of SeqPulse's CI clients: unknown fields are ignored, as those clients may send more. */
export const triggerRequestSchema = z
  .object({
    env: z.string().trim().min(1).max(40),
    branch: text(255).nullish(),
    idempotency_key: idempotencyKeySchema.nullish(),
    metrics_endpoint: text(2_000).nullish(),
    service: text(80).nullish(),
    version: text(120).nullish(),
    commit_sha: text(64).nullish(),
    committed_at: zonedInstantSchema.nullish(),
    pr: z.union([text(40), z.number().int()]).nullish(),
    actor: text(120).nullish(),
    run_url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .nullish(),
    is_rollback: z.boolean().nullish(),
  })
  .meta({ id: "TriggerRequest" });
export type TriggerRequest = z.infer<typeof triggerRequestSchema>;

export const triggerAnswerSchema = z
  .object({
    deployment_id: idSchema,
    status: z.enum(["created", "existing"]),
    message: z.string().nullable(),
  })
  .meta({ id: "TriggerAnswer" });
export type TriggerAnswer = z.infer<typeof triggerAnswerSchema>;

export const finishRequestSchema = z
  .object({
    deployment_id: z.string().max(64),
    result: z.enum(["success", "failed"]),
    metrics_endpoint: z.string().max(2_000).nullish(),
  })
  .meta({ id: "FinishRequest" });
export type FinishRequest = z.infer<typeof finishRequestSchema>;

export const finishAnswerSchema = z
  .object({ status: z.enum(["accepted", "ignored", "not_found"]), message: z.string().nullable() })
  .meta({ id: "FinishAnswer" });
export type FinishAnswer = z.infer<typeof finishAnswerSchema>;

/**
 * Body of `POST /api/v1/deployments`. `service` tells deployments apart that go on side by side in one environment;
 * `committedAt`, the instant of the deployed commit, is what lead time is counted from.
 */
export const deploymentCreateSchema = z
  .strictObject({
    environment: z.string().trim().min(1).max(40),
    service: text(80).optional(),
    branch: text(255).optional(),
    version: text(120).optional(),
    commitSha: text(64).optional(),
    committedAt: zonedInstantSchema.optional(),
    pullRequest: text(40).optional(),
    actor: text(120).optional(),
    runUrl: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional(),
    isRollback: z.boolean().optional(),
  })
  .meta({ id: "DeploymentCreate" });
export type DeploymentCreate = z.infer<typeof deploymentCreateSchema>;

/** Body of `POST /api/v1/deployments/{id}/finish`: how the pipeline ended. */
export const deploymentFinishSchema = z
  .strictObject({ result: z.enum(["success", "failed"]) })
  .meta({ id: "DeploymentFinish" });
export type DeploymentFinish = z.infer<typeof deploymentFinishSchema>;

/** Query of `GET /api/v1/deployments/{id}/wait`: how long to wait at most, and the language of the verdict's texts. */
export const deploymentWaitQuerySchema = z.strictObject({
  seconds: z.coerce.number().int().min(0).max(55).default(25),
  locale: localeSchema.optional(),
});
export type DeploymentWaitQuery = z.infer<typeof deploymentWaitQuerySchema>;

/**
 * `isFinal` false: the wait was over first, and the caller asks again. `gate` is what a pipeline goes by: only a final
 * `rollback_recommended` fails it, and never one whose policy is a dry run.
 */
export const deploymentWaitSchema = z
  .object({
    isFinal: z.boolean(),
    gate: z.enum(["pending", "passed", "failed"]),
    deployment: deploymentDetailSchema,
  })
  .meta({ id: "DeploymentWait" });
export type DeploymentWait = z.infer<typeof deploymentWaitSchema>;

/** `owner/repository`, as GitHub spells it. */
const repositoryNameSchema = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/, { error: "owner/repository expected" });

export const repositoryTrustSchema = z
  .strictObject({ name: repositoryNameSchema })
  .meta({ id: "RepositoryTrust" });
export type RepositoryTrust = z.infer<typeof repositoryTrustSchema>;

/** A repository whose Actions runs may act as the pipeline. Its ids are bound by the first run that comes. */
export const trustedRepositorySchema = z
  .object({
    id: idSchema,
    name: z.string(),
    repositoryId: z.string().nullable(),
    boundAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "TrustedRepository" });
export type TrustedRepository = z.infer<typeof trustedRepositorySchema>;

/** `audience` is what a run asks GitHub's token for. */
export const trustedRepositoriesSchema = z
  .object({ audience: z.string(), rows: z.array(trustedRepositorySchema) })
  .meta({ id: "TrustedRepositories" });
export type TrustedRepositories = z.infer<typeof trustedRepositoriesSchema>;
