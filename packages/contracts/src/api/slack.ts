import { z } from "zod";
import { idSchema, instantSchema } from "./shared.js";

/** What a project may tell Slack of. Of one verdict it is the first of these that fits and is wanted. */
export const SLACK_KINDS = [
  "rollback_recommended",
  "warning",
  "pipeline_failed",
  "first_verdict",
  "late_warning",
] as const;
const kind = z.enum(SLACK_KINDS);
export type SlackKind = z.infer<typeof kind>;

const channel = z
  .string()
  .trim()
  .max(80)
  .refine((value) => !/\p{Cc}/u.test(value), { error: "control characters are not allowed" });

/** What is absent stays as it is. */
export const slackUpdateSchema = z
  .strictObject({
    /** The address of an incoming webhook, as Slack shows it. Never answered again. */
    webhookUrl: z.string().trim().max(500).optional(),
    /** What people call the channel. Slack itself knows where the webhook writes. */
    channel: channel.optional(),
    enabled: z.boolean().optional(),
    kinds: z.array(kind).max(SLACK_KINDS.length).optional(),
  })
  .meta({ id: "SlackUpdate" });
export type SlackUpdate = z.infer<typeof slackUpdateSchema>;

/**
 * One message of a deployment. `reason`: what Slack said, in its own word (`no_service`), or `http_<status>`,
 * `timeout`, `connection_failed`, `rate_limited`, `too_late`, `integration_disabled`, `missing_webhook_url`.
 */
export const slackDeliverySchema = z
  .object({
    deploymentId: idSchema,
    number: z.number().int(),
    environment: z.string(),
    kind,
    state: z.enum(["queued", "sent", "failed", "suppressed"]),
    attempts: z.number().int(),
    reason: z.string().nullable(),
    queuedAt: instantSchema,
    nextAttemptAt: instantSchema.nullable(),
    endedAt: instantSchema.nullable(),
  })
  .meta({ id: "SlackDelivery" });
export type SlackDelivery = z.infer<typeof slackDeliverySchema>;

export const slackSettingsSchema = z
  .object({
    enabled: z.boolean(),
    /** The address with its secret left out; null where there is none. */
    webhookUrlPreview: z.string().nullable(),
    channel: z.string(),
    kinds: z.array(kind),
    /** Set when Slack said that the webhook is gone, which ended the messages. */
    switchedOff: z.object({ reason: z.string(), at: instantSchema }).nullable(),
    /** Newest first, a few of them. */
    deliveries: z.array(slackDeliverySchema),
  })
  .meta({ id: "SlackSettings" });
export type SlackSettings = z.infer<typeof slackSettingsSchema>;

export const slackTestRequestSchema = z
  .strictObject({ text: z.string().trim().min(1).max(500).optional() })
  .meta({ id: "SlackTestRequest" });
export type SlackTestRequest = z.infer<typeof slackTestRequestSchema>;

/** What Slack said to a test message: `answer` as the `reason` of a delivery, or `ok`. */
export const slackTestSchema = z
  .object({ ok: z.boolean(), status: z.number().int().nullable(), answer: z.string() })
  .meta({ id: "SlackTest" });
export type SlackTest = z.infer<typeof slackTestSchema>;
