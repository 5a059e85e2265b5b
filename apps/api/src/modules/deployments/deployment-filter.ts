import type { DeploymentFilter } from "@pulsekeep/contracts/api/deployments";
import { schema } from "@pulsekeep/database";
import { and, eq, gte, ilike, lt, or, type SQL, sql } from "drizzle-orm";

const { deployments } = schema;

/** Whether a later look found what the verdict had not. */
export const HAS_LATE_WARNING = sql<boolean>`exists (select from verdict_follow_ups w
  where w.deployment_id = deployments.id and w.state = 'warning')`;

/** Whether the verdict has no consequences. */
export const IS_DRY_RUN = sql<boolean>`exists (select from verdicts v
  where v.deployment_id = deployments.id and v.dry_run)`;

/** What a list is narrowed by, as a condition. */
export function whereFilter(filter: DeploymentFilter): SQL | undefined {
  const { projectId, environment, service, state, verdict, rollback, late, dryRun, from, to, search } =
    filter;
  return and(
    projectId === undefined ? undefined : eq(deployments.projectId, projectId),
    environment === undefined ? undefined : eq(deployments.environment, environment),
    service === undefined ? undefined : eq(deployments.service, service),
    state === undefined ? undefined : eq(deployments.state, state),
    verdict === undefined ? undefined : eq(deployments.verdictState, verdict),
    rollback === undefined ? undefined : eq(deployments.isRollback, rollback === "true"),
    late === undefined ? undefined : sql`${HAS_LATE_WARNING} = ${late === "true"}`,
    dryRun === undefined ? undefined : sql`${IS_DRY_RUN} = ${dryRun === "true"}`,
    from === undefined ? undefined : gte(deployments.startedAt, new Date(from)),
    to === undefined ? undefined : lt(deployments.startedAt, new Date(to)),
    search === undefined ? undefined : whereSearch(search),
  );
}

function whereSearch(search: string): SQL | undefined {
  const number = /^(?:dpl_|#)?(\d{1,9})$/i.exec(search)?.[1];
  const pattern = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
  const texts = [
    deployments.branch,
    deployments.version,
    deployments.commitSha,
    deployments.pr,
    deployments.actor,
  ];
  return or(
    ...texts.map((column) => ilike(column, pattern)),
    number === undefined ? undefined : eq(deployments.number, Number(number)),
  );
}
