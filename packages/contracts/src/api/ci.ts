import { z } from "zod";
import { idSchema } from "./shared.js";

/** Text that the database can hold: any character but NUL. */
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
    pr: z.union([text(40), z.number().int()]).nullish(),
    actor: text(120).nullish(),
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
