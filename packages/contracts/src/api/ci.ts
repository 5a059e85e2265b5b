import { z } from "zod";
import { idSchema } from "./shared.js";

/** Wire format of SeqPulse's CI clients: unknown fields are ignored, as those clients may send more. */
export const triggerRequestSchema = z
  .object({
    env: z.string().trim().min(1).max(40),
    branch: z.string().max(255).nullish(),
    idempotency_key: z.string().min(1).max(255).nullish(),
    metrics_endpoint: z.string().max(2_000).nullish(),
    service: z.string().max(80).nullish(),
    version: z.string().max(120).nullish(),
    commit_sha: z.string().max(64).nullish(),
    pr: z.union([z.string().max(40), z.number().int()]).nullish(),
    actor: z.string().max(120).nullish(),
    run_url: z.url().max(2_000).nullish(),
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
