import type { Deployment } from "@pulsekeep/contracts/api/deployments";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq, type SQL } from "drizzle-orm";
import { HAS_LATE_WARNING, IS_DRY_RUN } from "./deployment-filter.js";

const { deployments, projects } = schema;

export type DeploymentRow = typeof deployments.$inferSelect;

/** Deployments with the name of their project, to be narrowed by the caller. */
export const selectDeployments = <More extends Record<string, SQL<unknown>>>(
  tx: Transaction,
  more: More = {} as More,
) =>
  tx
    .select({
      deployment: deployments,
      projectName: projects.name,
      dryRun: IS_DRY_RUN,
      lateWarning: HAS_LATE_WARNING,
      ...more,
    })
    .from(deployments)
    .innerJoin(projects, eq(projects.id, deployments.projectId));

/** A deployment as the API shows it. */
export function toDeployment({
  deployment: row,
  projectName,
  dryRun,
  lateWarning,
}: {
  deployment: DeploymentRow;
  projectName: string;
  dryRun: boolean;
  lateWarning: boolean;
}): Deployment {
  return {
    id: row.id,
    number: row.number,
    projectId: row.projectId,
    projectName,
    environment: row.environment,
    service: row.service === "" ? null : row.service,
    branch: row.branch,
    version: row.version,
    commitSha: row.commitSha,
    committedAt: row.committedAt?.toISOString() ?? null,
    pullRequest: row.pr,
    actor: row.actor,
    runUrl: row.runUrl,
    isRollback: row.isRollback,
    state: row.state,
    pipelineResult: row.pipelineResult,
    verdictState: row.verdictState,
    confidence: row.confidence,
    measuredBy: row.measuredEnvironment === "" ? "project" : "environment",
    dryRun,
    lateWarning,
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    observeUntil: row.observeUntil?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
