import { Inject, Injectable } from "@nestjs/common";
import type { HintCounts, HintedDeployment, HintListQuery } from "@pulsekeep/contracts/api/deployments";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { schema } from "@pulsekeep/database";
import { and, desc, eq, gt, inArray, sql } from "drizzle-orm";
import type { UserCaller } from "../../http/caller.js";
import { decodeCursor, toPage } from "../../http/cursor.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { selectDeployments, toDeployment } from "./deployment-view.js";
import { toVerdict } from "./verdict-view.js";

const { deployments, verdicts } = schema;
const COUNTED_DAYS = 30;
const daysAgo = (days: number) => sql`now() - make_interval(days => ${days})`;
const BY_WEIGHT = ["critical", "warning", "info"];

/** What final verdicts say to look at first, across deployments. */
@Injectable()
export class HintsQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** Newest deployment first, its hints in the caller's language. */
  async listHinted(caller: UserCaller, query: HintListQuery): Promise<Page<HintedDeployment>> {
    const { projectId, severity, dryRun, days, cursor, limit } = query;
    const before = decodeCursor(cursor);
    const wanted = JSON.stringify(severity === undefined ? [] : [{ severity }]);
    return this.databases.inTenant(caller, async (tx) => {
      const rows = await selectDeployments(tx)
        .innerJoin(verdicts, and(eq(verdicts.deploymentId, deployments.id), eq(verdicts.final, true)))
        .where(
          and(
            projectId === undefined ? undefined : eq(deployments.projectId, projectId),
            dryRun === undefined ? undefined : eq(verdicts.dryRun, dryRun === "true"),
            days === undefined ? undefined : gt(deployments.startedAt, daysAgo(days)),
            sql`jsonb_array_length(${verdicts.document} -> 'hints') > 0`,
            sql`${verdicts.document} -> 'hints' @> ${wanted}::jsonb`,
            before &&
              sql`(${deployments.startedAt}, ${deployments.id}) < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid)`,
          ),
        )
        .orderBy(desc(deployments.startedAt), desc(deployments.id))
        .limit(limit + 1);
      const page = toPage(rows, limit, ({ deployment }) => ({ at: deployment.startedAt, id: deployment.id }));
      const ids = page.rows.map(({ deployment }) => deployment.id);
      const kept = await tx.select().from(verdicts).where(inArray(verdicts.deploymentId, ids));
      return {
        rows: page.rows.flatMap((row) => {
          const verdict = kept.find(({ deploymentId }) => deploymentId === row.deployment.id);
          if (!verdict) return [];
          const hints = toVerdict(verdict, caller.locale)
            .hints.filter((hint) => severity === undefined || hint.severity === severity)
            .sort((a, b) => BY_WEIGHT.indexOf(a.severity) - BY_WEIGHT.indexOf(b.severity));
          return [{ deployment: toDeployment(row), hints }];
        }),
        nextCursor: page.nextCursor,
      };
    });
  }

  /** Nothing follows from a dry run, so its hints are counted apart. */
  async countHints(tenant: Tenant, projectId: string | undefined): Promise<HintCounts> {
    const of = (severity: string) =>
      sql`(count(*) filter (where hint ->> 'severity' = ${severity} and not v.dry_run))::int`;
    const isAsked = projectId === undefined ? sql`true` : sql`d.project_id = ${projectId}`;
    const { rows } = await this.databases.inTenant(tenant, (tx) =>
      tx.execute<Omit<HintCounts, "days">>(
        sql`select ${of("critical")} as critical, ${of("warning")} as warning, ${of("info")} as info,
              (count(*) filter (where v.dry_run))::int as "dryRun"
            from deployments d join verdicts v on v.deployment_id = d.id and v.final,
              jsonb_array_elements(v.document -> 'hints') hint
            where d.started_at > ${daysAgo(COUNTED_DAYS)} and ${isAsked}`,
      ),
    );
    const [counts] = rows;
    if (!counts) throw new Error("A count has one row");
    return { days: COUNTED_DAYS, ...counts };
  }
}
