import { Inject, Injectable } from "@nestjs/common";
import { sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { Databases } from "../../platform/database.js";
import { Mailer } from "../../platform/mailer.js";
import { VaultService } from "../vault/vault.service.js";
import { type ClaimedDelivery, claimDeliveries } from "./claim-deliveries.js";
import { outcomeOf } from "./delivery-outcome.js";
import { openWebhook } from "./open-webhook.js";
import { postToSlack } from "./post-to-slack.js";
import { readFacts } from "./read-facts.js";
import { composeMessage } from "./slack-message.js";
import { type Outcome, SlackOutcomesService } from "./slack-outcomes.service.js";

type Target = { webhookUrlPlain: string; webhookUrlSealed: Buffer };
type Suppressed = Extract<Outcome, { kind: "suppressed" }>;
type Settled = { outcome: Outcome; tried?: Target };

/**
 * Sends what is queued for Slack, a message of each project at a time: that is what Slack takes, and no project waits
 * for another. A message whose answer was lost is tried again, because to miss it would be worse than to read it twice.
 */
@Injectable()
export class SlackDeliveriesService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(VaultService) private readonly vault: VaultService,
    @Inject(SlackOutcomesService) private readonly outcomes: SlackOutcomesService,
    @Inject(Mailer) private readonly mailer: Mailer,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Says whether there was anything to send. */
  async sendDue(): Promise<"idle" | "more"> {
    const claimed = await claimDeliveries(this.databases.engine);
    const ends = await Promise.allSettled(claimed.map((delivery) => this.deliver(delivery)));
    // Once all have ended: what fails of one project is tried again, and interrupts no other's.
    const failed = ends.find((end) => end.status === "rejected");
    if (failed) throw failed.reason;
    return claimed.length > 0 ? "more" : "idle";
  }

  private async deliver(delivery: ClaimedDelivery): Promise<void> {
    const { outcome, tried } = await this.settle(delivery);
    const hasEnded = await this.outcomes.record(delivery, outcome, tried?.webhookUrlSealed);
    if (hasEnded && outcome.kind === "dead") await this.tellPeople(delivery, outcome.reason);
  }

  private async settle(delivery: ClaimedDelivery): Promise<Settled> {
    if (delivery.isTooLate) return { outcome: { kind: "failed", reason: "too_late" } };
    const found = await this.findTarget(delivery);
    if ("kind" in found) return { outcome: found };
    const facts = await readFacts(this.databases.engine, delivery);
    // Its deployment went, and took the row along.
    if (!facts) return { outcome: { kind: "suppressed", reason: "missing_webhook_url" } };
    const url = `${this.env.PULSEKEEP_PUBLIC_URL}/app/deployments/${delivery.deploymentId}`;
    const answer = await postToSlack(found.webhookUrlPlain, composeMessage({ ...facts, url }));
    return { outcome: outcomeOf(answer, delivery.attempts), tried: found };
  }

  private async findTarget({ projectId, workspaceId }: ClaimedDelivery): Promise<Target | Suppressed> {
    return this.databases.inEngine(async (tx) => {
      const { rows } = await tx.execute<{ enabled: boolean; sealed: Buffer }>(
        sql`select enabled, webhook_url_sealed as sealed from slack_settings where project_id = ${projectId}`,
      );
      const [settings] = rows;
      if (!settings) return { kind: "suppressed", reason: "missing_webhook_url" };
      if (!settings.enabled) return { kind: "suppressed", reason: "integration_disabled" };
      const webhookUrlPlain = await openWebhook(
        tx,
        { vault: this.vault, hooksUrl: this.env.SLACK_HOOKS_URL },
        { projectId, workspaceId, webhookUrlSealed: settings.sealed },
      );
      return webhookUrlPlain === undefined
        ? { kind: "suppressed", reason: "missing_webhook_url" }
        : { webhookUrlPlain, webhookUrlSealed: settings.sealed };
    });
  }

  private async tellPeople({ projectId }: ClaimedDelivery, reason: string): Promise<void> {
    const { rows } = await this.databases.engine.execute<{
      name: string;
      email: string;
      locale: string;
      project: string;
    }>(sql`select * from lookup_project_mails(${projectId}::uuid)`);
    const url = `${this.env.PULSEKEEP_PUBLIC_URL}/app/projects/${projectId}?tab=settings`;
    for (const { email, locale, name, project } of rows)
      await this.mailer.send({
        to: email,
        template: "slack_switched_off",
        locale,
        params: { name, project, reason, url },
      });
  }
}
