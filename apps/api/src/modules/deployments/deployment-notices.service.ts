import { Inject, Injectable } from "@nestjs/common";
import type { DeploymentNotice } from "@pulsekeep/contracts/api/deployments";
import { schema, type Transaction } from "@pulsekeep/database";
import type { PipelineResult, VerdictState } from "@pulsekeep/verdict";
import { and, eq, isNull, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { SlackQueueService } from "../slack/slack-queue.service.js";

const { deploymentNotices, deployments } = schema;

type Judged = { id: string; workspaceId: string; projectId: string; pipeline: PipelineResult };

/** Raises notices of deployments, and takes them out of sight. The rows stay: a notice is raised once. */
@Injectable()
export class DeploymentNoticesService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(SlackQueueService) private readonly slack: SlackQueueService,
  ) {}

  /** In the engine's transaction that made the verdict final. One without consequences raises nothing. */
  async tellVerdict(
    tx: Transaction,
    deployment: Judged,
    { state, isDryRun }: { state: VerdictState; isDryRun: boolean },
  ): Promise<void> {
    if (!isDryRun && (state === "warning" || state === "rollback_recommended"))
      await raise(tx, deployment, state);
    await this.slack.queueVerdict(tx, deployment, { state, isDryRun });
  }

  /** In the engine's transaction of a later look that found something. */
  async tellLateWarning(tx: Transaction, deployment: Judged): Promise<void> {
    await raise(tx, deployment, "late_warning");
    await this.slack.queueLateWarning(tx, deployment);
  }

  /** @throws AppError `not_found` */
  async dismiss(caller: UserCaller, deploymentId: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      const [known] = await tx
        .select({ id: deployments.id })
        .from(deployments)
        .where(eq(deployments.id, deploymentId));
      if (!known) throw new AppError("not_found");
      if (await this.dismissIn(tx, deploymentId))
        await enqueue(tx, notice(caller.workspaceId, "deployment.changed", deploymentId));
    });
  }

  /** Who has judged a deployment has seen it. Says whether anything was in sight. */
  async dismissIn(tx: Transaction, deploymentId: string): Promise<boolean> {
    const dismissed = await tx
      .update(deploymentNotices)
      .set({ dismissedAt: sql`clock_timestamp()` })
      .where(and(eq(deploymentNotices.deploymentId, deploymentId), isNull(deploymentNotices.dismissedAt)))
      .returning({ kind: deploymentNotices.kind });
    return dismissed.length > 0;
  }
}

async function raise(
  tx: Transaction,
  { id, workspaceId }: Judged,
  kind: DeploymentNotice["kind"],
): Promise<void> {
  await tx.execute(
    sql`insert into deployment_notices (deployment_id, kind, workspace_id, raised_at)
        values (${id}, ${kind}, ${workspaceId}, clock_timestamp()) on conflict do nothing`,
  );
}
