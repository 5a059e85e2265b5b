import { Injectable } from "@nestjs/common";
import type { SlackKind } from "@pulsekeep/contracts/api/slack";
import type { Transaction } from "@pulsekeep/database";
import type { PipelineResult, VerdictState } from "@pulsekeep/verdict";
import { sql } from "drizzle-orm";
import { chooseKind } from "./choose-kind.js";

type Told = { id: string; workspaceId: string; projectId: string };

/** Queues messages for Slack, in the engine's transaction that found what there is to tell. */
@Injectable()
export class SlackQueueService {
  /** Once the verdict is final, and so at most once for a deployment. */
  async queueVerdict(
    tx: Transaction,
    deployment: Told & { pipeline: PipelineResult },
    { state, isDryRun }: { state: VerdictState; isDryRun: boolean },
  ): Promise<void> {
    const wanted = await findWanted(tx, deployment.projectId);
    if (wanted.length === 0) return;
    const kind = chooseKind(
      {
        state,
        isDryRun,
        hasPipelineFailed: deployment.pipeline === "failed",
        isFirst: wanted.includes("first_verdict") && (await isFirstOf(tx, deployment)),
      },
      wanted,
    );
    if (kind) await queue(tx, deployment, { moment: "verdict", kind });
  }

  /** The first of the later looks that warns. */
  async queueLateWarning(tx: Transaction, deployment: Told): Promise<void> {
    const wanted = await findWanted(tx, deployment.projectId);
    if (wanted.includes("late_warning"))
      await queue(tx, deployment, { moment: "later", kind: "late_warning" });
  }
}

async function findWanted(tx: Transaction, projectId: string): Promise<SlackKind[]> {
  const { rows } = await tx.execute<{ kinds: SlackKind[] }>(
    sql`select kinds from slack_settings where project_id = ${projectId} and enabled`,
  );
  return rows[0]?.kinds ?? [];
}

async function isFirstOf(tx: Transaction, { id, projectId }: Told): Promise<boolean> {
  const { rows } = await tx.execute(
    sql`select from deployments d join verdicts v on v.deployment_id = d.id
        where d.project_id = ${projectId} and d.id <> ${id} and v.final and not v.dry_run
          and v.state in ('ok', 'warning', 'rollback_recommended') limit 1`,
  );
  return rows.length === 0;
}

async function queue(
  tx: Transaction,
  { id, workspaceId, projectId }: Told,
  { moment, kind }: { moment: "verdict" | "later"; kind: SlackKind },
): Promise<void> {
  await tx.execute(
    sql`insert into slack_deliveries (deployment_id, moment, workspace_id, project_id, kind)
        values (${id}, ${moment}, ${workspaceId}, ${projectId}, ${kind}) on conflict do nothing`,
  );
}
