import { Inject, Injectable } from "@nestjs/common";
import type { SlackTest } from "@pulsekeep/contracts/api/slack";
import { schema } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import { VaultService } from "../vault/vault.service.js";
import { outcomeOf } from "./delivery-outcome.js";
import { openWebhook } from "./open-webhook.js";
import { postToSlack, type SlackAnswer } from "./post-to-slack.js";
import { composeTest } from "./slack-message.js";
import { switchOff } from "./switch-off.js";

const { projects, slackSettings, users } = schema;

type Target = {
  project: string;
  locale: string;
  webhookUrlPlain: string;
  webhookUrlSealed: Buffer;
};

/** Sends a message on request, also while messages are switched off: to see whether the webhook works. */
@Injectable()
export class SlackTestsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(VaultService) private readonly vault: VaultService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** @throws AppError `not_found`, `missing_webhook_url`, `slack_webhook_refused` when Slack is elsewhere by now */
  async send(caller: UserCaller, projectId: string, text: string | undefined): Promise<SlackTest> {
    const target = await this.getTarget(caller, projectId);
    const url = `${this.env.PULSEKEEP_PUBLIC_URL}/app/projects/${projectId}`;
    const answer = await postToSlack(target.webhookUrlPlain, composeTest({ ...target, text, url }));
    const outcome = outcomeOf(answer, 1);
    await this.record(caller, projectId, { ...target, answer, isDead: outcome.kind === "dead" });
    return { ok: outcome.kind === "sent", status: answer.status, answer: answer.code };
  }

  private async getTarget(caller: UserCaller, projectId: string): Promise<Target> {
    return this.databases.inTenant(caller, async (tx) => {
      const [found] = await tx
        .select({ project: projects.name, settings: slackSettings, locale: users.locale })
        .from(projects)
        .innerJoin(users, eq(users.id, caller.userId))
        .leftJoin(slackSettings, eq(slackSettings.projectId, projects.id))
        .where(eq(projects.id, projectId));
      if (!found) throw new AppError("not_found");
      const { project, locale, settings } = found;
      if (!settings) throw new AppError("missing_webhook_url");
      const opening = { vault: this.vault, hooksUrl: this.env.SLACK_HOOKS_URL };
      const webhookUrlPlain = await openWebhook(tx, opening, settings);
      if (webhookUrlPlain === undefined) throw new AppError("slack_webhook_refused");
      return { project, locale, webhookUrlPlain, webhookUrlSealed: settings.webhookUrlSealed };
    });
  }

  private async record(
    caller: UserCaller,
    projectId: string,
    { answer, isDead, webhookUrlSealed }: Target & { answer: SlackAnswer; isDead: boolean },
  ): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      const reason = answer.code;
      const switchedOff = isDead && (await switchOff(tx, { projectId, webhookUrlSealed, reason }));
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "slack.tested",
        actor: actorOf(caller),
        subject: { kind: "project", id: projectId },
        facts: { answer: answer.code, switchedOff },
      });
      if (switchedOff) await enqueue(tx, notice(caller.workspaceId, "project.changed", projectId));
    });
  }
}
