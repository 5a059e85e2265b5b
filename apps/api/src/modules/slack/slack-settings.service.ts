import { Inject, Injectable } from "@nestjs/common";
import { SLACK_KINDS, type SlackUpdate } from "@pulsekeep/contracts/api/slack";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { requireRecentSignIn } from "../../http/recent-sign-in.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, type AuditAction, AuditService } from "../audit/audit.service.js";
import { VaultService } from "../vault/vault.service.js";
import { placeOfWebhook } from "./open-webhook.js";
import { findLastFour } from "./webhook-url.js";

const { projects, slackSettings } = schema;
type SettingsRow = typeof slackSettings.$inferSelect;

/** Decides where a project's messages for Slack go. */
@Injectable()
export class SlackSettingsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(VaultService) private readonly vault: VaultService,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /**
   * Changes what the update names. Another address needs a recent sign-in: from then on, what is told goes there.
   *
   * @throws AppError `sign_in_again`, `not_found`, `slack_webhook_refused`, `missing_webhook_url`
   */
  async change(caller: UserCaller, projectId: string, update: SlackUpdate): Promise<void> {
    const { webhookUrl } = update;
    if (webhookUrl !== undefined) requireRecentSignIn(caller, this.clock.now());
    await this.databases.inTenant(caller, async (tx) => {
      const before = await lockSettings(tx, projectId);
      if (webhookUrl !== undefined) {
        await this.connect(tx, caller, { ...update, projectId, webhookUrl, before });
        return;
      }
      if (!before) throw new AppError("missing_webhook_url");
      const { channel, enabled, kinds } = chosen(update, before);
      await tx
        .update(slackSettings)
        .set({ channel, enabled, kinds, ...(update.enabled === true ? ALIVE : {}) })
        .where(eq(slackSettings.projectId, projectId));
      await this.leaveTrace(tx, caller, projectId, "slack.changed", { enabled, kinds: kinds.join(" ") });
    });
  }

  /** Forgets the address; what is still queued is not sent. @throws AppError `sign_in_again`, `not_found` */
  async remove(caller: UserCaller, projectId: string): Promise<void> {
    requireRecentSignIn(caller, this.clock.now());
    await this.databases.inTenant(caller, async (tx) => {
      const before = await lockSettings(tx, projectId);
      if (!before) return;
      await tx.delete(slackSettings).where(eq(slackSettings.projectId, projectId));
      await this.leaveTrace(tx, caller, projectId, "slack.removed", { lastFour: before.webhookLastFour });
    });
  }

  private async connect(
    tx: Transaction,
    caller: UserCaller,
    change: SlackUpdate & { projectId: string; webhookUrl: string; before: SettingsRow | undefined },
  ): Promise<void> {
    const { projectId, webhookUrl, before } = change;
    const { workspaceId } = caller;
    const lastFour = findLastFour(webhookUrl, this.env.SLACK_HOOKS_URL);
    if (lastFour === undefined)
      throw new AppError("slack_webhook_refused", {
        detail: `It has the form ${this.env.SLACK_HOOKS_URL}/services/T…/B…/…`,
      });
    const seal = before ? "reseal" : "seal";
    const sealed = await this.vault[seal](
      tx,
      workspaceId,
      placeOfWebhook(projectId),
      Buffer.from(webhookUrl),
    );
    const values = {
      ...chosen(change, before),
      ...ALIVE,
      // Messages that the old address had ended go on with the new one.
      ...(before?.switchedOffAt && change.enabled === undefined ? { enabled: true } : {}),
      webhookUrlSealed: sealed,
      webhookLastFour: lastFour,
    };
    await tx
      .insert(slackSettings)
      .values({ projectId, workspaceId, ...values })
      .onConflictDoUpdate({ target: slackSettings.projectId, set: values });
    const { enabled, kinds } = values;
    await this.leaveTrace(tx, caller, projectId, "slack.connected", {
      lastFour,
      replaced: before?.webhookLastFour ?? null,
      enabled,
      kinds: kinds.join(" "),
    });
  }

  private async leaveTrace(
    tx: Transaction,
    caller: UserCaller,
    projectId: string,
    action: AuditAction,
    facts: Record<string, string | boolean | null>,
  ): Promise<void> {
    await this.audit.record(tx, {
      workspaceId: caller.workspaceId,
      action,
      actor: actorOf(caller),
      subject: { kind: "project", id: projectId },
      facts,
    });
    await enqueue(tx, notice(caller.workspaceId, "project.changed", projectId));
  }
}

/** Nothing is known against the address, until Slack says otherwise. */
const ALIVE = { switchedOffReason: null, switchedOffAt: null, heldUntil: null };

/** In the order of their severity, whichever way they were named. */
function chosen(update: SlackUpdate, before: SettingsRow | undefined) {
  const kinds = update.kinds ?? before?.kinds ?? SLACK_KINDS;
  return {
    channel: update.channel ?? before?.channel ?? "",
    enabled: update.enabled ?? before?.enabled ?? true,
    kinds: SLACK_KINDS.filter((kind) => kinds.includes(kind)),
  };
}

/**
 * The project's row keeps changes of one project in turn, also while it has no settings yet; that of the settings keeps
 * the engine from switching them off in between, which the change would undo.
 */
async function lockSettings(tx: Transaction, projectId: string): Promise<SettingsRow | undefined> {
  const [project] = await tx
    .select({ id: projects.id })
    .from(projects)
    .where(eq(projects.id, projectId))
    .for("no key update");
  if (!project) throw new AppError("not_found");
  const [settings] = await tx
    .select()
    .from(slackSettings)
    .where(eq(slackSettings.projectId, projectId))
    .for("no key update");
  return settings;
}
