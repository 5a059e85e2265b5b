import { Inject, Injectable } from "@nestjs/common";
import type { FeedbackRequest } from "@pulsekeep/contracts/api/verdicts";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { type AuditAction, AuditService, actorOf } from "../audit/audit.service.js";
import { DeploymentNoticesService } from "../deployments/deployment-notices.service.js";
import { AnalysisMetrics } from "./analysis-metrics.js";

const { verdictFeedback } = schema;

/** Keeps what people say of verdicts. */
@Injectable()
export class FeedbackService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(DeploymentNoticesService) private readonly notices: DeploymentNoticesService,
    @Inject(AnalysisMetrics) private readonly metrics: AnalysisMetrics,
  ) {}

  /** Says again what one thinks; the last word counts. @throws AppError `not_found`, `verdict_takes_no_feedback` */
  async keepFeedback(caller: UserCaller, deploymentId: string, given: FeedbackRequest): Promise<void> {
    const { state, isDryRun } = await this.databases.inTenant(caller, async (tx) => {
      const judged = await lockFinding(tx, deploymentId);
      const said = { judgement: given.judgement, note: given.note, givenBy: caller.userId };
      const givenAt = sql`clock_timestamp()`;
      await tx
        .insert(verdictFeedback)
        .values({ deploymentId, workspaceId: caller.workspaceId, ...said, givenAt })
        .onConflictDoUpdate({ target: verdictFeedback.deploymentId, set: { ...said, givenAt } });
      await this.notices.dismissIn(tx, deploymentId);
      await this.leaveTrace(tx, caller, {
        action: "verdict.feedback_given",
        id: deploymentId,
        projectId: judged.projectId,
        facts: { verdict: judged.state, judgement: given.judgement },
      });
      return judged;
    });
    if (given.judgement === "false_alarm" && !isDryRun) this.metrics.recordFalseAlarm(state);
  }

  /** @throws AppError `not_found`, `verdict_takes_no_feedback` */
  async withdraw(caller: UserCaller, deploymentId: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      const { state, projectId } = await lockFinding(tx, deploymentId);
      const gone = await tx
        .delete(verdictFeedback)
        .where(eq(verdictFeedback.deploymentId, deploymentId))
        .returning({ judgement: verdictFeedback.judgement });
      const [said] = gone;
      if (!said) return;
      const facts = { verdict: state, judgement: said.judgement };
      await this.leaveTrace(tx, caller, {
        action: "verdict.feedback_withdrawn",
        id: deploymentId,
        projectId,
        facts,
      });
    });
  }

  private async leaveTrace(
    tx: Transaction,
    caller: UserCaller,
    trace: { action: AuditAction; id: string; projectId: string; facts: Record<string, string> },
  ): Promise<void> {
    await this.audit.record(tx, {
      workspaceId: caller.workspaceId,
      action: trace.action,
      actor: actorOf(caller),
      subject: { kind: "deployment", id: trace.id },
      facts: trace.facts,
    });
    await enqueue(tx, notice(caller.workspaceId, "deployment.changed", trace.id, trace.projectId));
  }
}

type Finding = { state: string; projectId: string; isDryRun: boolean };

async function lockFinding(tx: Transaction, id: string): Promise<Finding> {
  const { rows } = await tx.execute<{
    project_id: string;
    state: string | null;
    final: boolean | null;
    dry_run: boolean | null;
  }>(
    sql`select d.project_id, v.state, v.final, v.dry_run from deployments d left join verdicts v on v.deployment_id = d.id
        where d.id = ${id} for no key update of d`,
  );
  const [row] = rows;
  if (!row) throw new AppError("not_found");
  if (!row.final || (row.state !== "warning" && row.state !== "rollback_recommended"))
    throw new AppError("verdict_takes_no_feedback");
  return { state: row.state, projectId: row.project_id, isDryRun: row.dry_run ?? false };
}
