import { Inject, Injectable } from "@nestjs/common";
import { SLACK_KINDS, type SlackDelivery, type SlackSettings } from "@pulsekeep/contracts/api/slack";
import { schema, type Transaction } from "@pulsekeep/database";
import { desc, eq } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { previewOf } from "./webhook-url.js";

const { deployments, projects, slackDeliveries, slackSettings } = schema;
const SHOWN_DELIVERIES = 5;

/** What a project tells Slack, and what came of its last messages. */
@Injectable()
export class SlackSettingsQueries {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** @throws AppError `not_found` */
  async getSettings(tenant: Tenant, projectId: string): Promise<SlackSettings> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [found] = await tx
        .select({ id: projects.id, settings: slackSettings })
        .from(projects)
        .leftJoin(slackSettings, eq(slackSettings.projectId, projects.id))
        .where(eq(projects.id, projectId));
      if (!found) throw new AppError("not_found");
      const deliveries = await listDeliveries(tx, projectId);
      const { settings } = found;
      if (!settings)
        return {
          enabled: false,
          webhookUrlPreview: null,
          channel: "",
          kinds: [...SLACK_KINDS],
          switchedOff: null,
          deliveries,
        };
      const { switchedOffReason: reason, switchedOffAt: at } = settings;
      return {
        enabled: settings.enabled,
        webhookUrlPreview: previewOf(this.env.SLACK_HOOKS_URL, settings.webhookLastFour),
        channel: settings.channel,
        kinds: settings.kinds,
        switchedOff: reason !== null && at !== null ? { reason, at: at.toISOString() } : null,
        deliveries,
      };
    });
  }
}

async function listDeliveries(tx: Transaction, projectId: string): Promise<SlackDelivery[]> {
  const rows = await tx
    .select({
      delivery: slackDeliveries,
      number: deployments.number,
      environment: deployments.environment,
    })
    .from(slackDeliveries)
    .innerJoin(deployments, eq(deployments.id, slackDeliveries.deploymentId))
    .where(eq(slackDeliveries.projectId, projectId))
    .orderBy(desc(slackDeliveries.queuedAt), desc(slackDeliveries.deploymentId))
    .limit(SHOWN_DELIVERIES);
  return rows.map(({ delivery, number, environment }) => ({
    deploymentId: delivery.deploymentId,
    number,
    environment,
    kind: delivery.kind,
    state: delivery.state,
    attempts: delivery.attempts,
    reason: delivery.reason,
    queuedAt: delivery.queuedAt.toISOString(),
    nextAttemptAt: delivery.nextAttemptAt?.toISOString() ?? null,
    endedAt: delivery.endedAt?.toISOString() ?? null,
  }));
}
