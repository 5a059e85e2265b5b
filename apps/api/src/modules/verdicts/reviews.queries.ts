import { Inject, Injectable } from "@nestjs/common";
import type { FollowUp, Review, VerdictQuality } from "@pulsekeep/contracts/api/verdicts";
import { schema, type Transaction } from "@pulsekeep/database";
import type { Verdict } from "@pulsekeep/verdict";
import { asc, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases, type Tenant } from "../../platform/database.js";
import type { PolicyInForce } from "../policies/policies.queries.js";
import { toBrief } from "./brief-verdict.js";

const { projects, verdictFeedback, verdictFollowUps, verdicts } = schema;

/** What surrounds verdicts: later looks, what people say, and how often verdicts were right. */
@Injectable()
export class ReviewsQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** @throws AppError `not_found` */
  async getReview(caller: UserCaller, deploymentId: string): Promise<Review> {
    return this.databases.inTenant(caller, async (tx) => {
      await refuseUnknown(tx, deploymentId);
      const [verdict] = await tx
        .select({
          final: verdicts.final,
          state: verdicts.state,
          dryRun: verdicts.dryRun,
          policy: verdicts.policy,
        })
        .from(verdicts)
        .where(eq(verdicts.deploymentId, deploymentId));
      const [feedback] = await tx
        .select()
        .from(verdictFeedback)
        .where(eq(verdictFeedback.deploymentId, deploymentId));
      const followUps = await tx
        .select()
        .from(verdictFollowUps)
        .where(eq(verdictFollowUps.deploymentId, deploymentId))
        .orderBy(asc(verdictFollowUps.dueAt));
      const policy = (verdict?.policy ?? null) as PolicyInForce | null;
      return {
        dryRun: verdict?.dryRun ?? false,
        policy: {
          projectVersion: policy?.projectVersion ?? 0,
          environmentVersion: policy?.environmentVersion ?? 0,
        },
        takesFeedback: verdict !== undefined && verdict.final && isFinding(verdict.state),
        feedback: feedback
          ? {
              judgement: feedback.judgement,
              note: feedback.note,
              givenAt: feedback.givenAt.toISOString(),
            }
          : null,
        followUps: followUps.map((row) => toFollowUp(row, caller)),
      };
    });
  }

  /** How often the last days' verdicts were right, by what people said; dry runs aside. @throws AppError `not_found` */
  async getQuality(tenant: Tenant, projectId: string, days: number): Promise<VerdictQuality> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [project] = await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, projectId));
      if (!project) throw new AppError("not_found");
      return readQuality(tx, projectId, days);
    });
  }
}

const isFinding = (state: string): boolean => state === "warning" || state === "rollback_recommended";

async function refuseUnknown(tx: Transaction, id: string): Promise<void> {
  const { rows } = await tx.execute(sql`select from deployments where id = ${id}`);
  if (rows.length === 0) throw new AppError("not_found");
}

function toFollowUp(row: typeof verdictFollowUps.$inferSelect, { locale }: UserCaller): FollowUp {
  const { look, state, dueAt, lookedAt, document } = row;
  return {
    look,
    state,
    dueAt: dueAt.toISOString(),
    lookedAt: lookedAt?.toISOString() ?? null,
    found: document === null ? null : toBrief(document as Verdict, locale),
  };
}

type Counted = {
  verdicts: number;
  found: number;
  confirmed: number;
  false_alarms: number;
  rollbacks: number;
  rollbacks_confirmed: number;
  rollbacks_false: number;
  later_warnings: number;
};

async function readQuality(tx: Transaction, projectId: string, days: number): Promise<VerdictQuality> {
  const { rows } = await tx.execute<Counted>(
    sql`select count(*)::int as verdicts,
          (count(*) filter (where found))::int as found,
          (count(*) filter (where found and f.judgement = 'confirmed'))::int as confirmed,
          (count(*) filter (where found and f.judgement = 'false_alarm'))::int as false_alarms,
          (count(*) filter (where rolled))::int as rollbacks,
          (count(*) filter (where rolled and f.judgement = 'confirmed'))::int as rollbacks_confirmed,
          (count(*) filter (where rolled and f.judgement = 'false_alarm'))::int as rollbacks_false,
          (count(*) filter (where v.state = 'ok' and exists (
            select from verdict_follow_ups w where w.deployment_id = d.id and w.state = 'warning')))::int as later_warnings
        from deployments d join verdicts v on v.deployment_id = d.id and v.final and not v.dry_run
          left join verdict_feedback f on f.deployment_id = d.id,
          lateral (select v.state in ('warning', 'rollback_recommended') as found,
                          v.state = 'rollback_recommended' as rolled) s
        where d.project_id = ${projectId} and d.started_at > now() - make_interval(days => ${days})`,
  );
  const [row] = rows;
  if (!row) throw new Error("a count has one row");
  return {
    days,
    verdicts: row.verdicts,
    found: row.found,
    confirmed: row.confirmed,
    falseAlarms: row.false_alarms,
    precision: precisionOf(row.confirmed, row.false_alarms),
    rollbacks: {
      found: row.rollbacks,
      confirmed: row.rollbacks_confirmed,
      falseAlarms: row.rollbacks_false,
      precision: precisionOf(row.rollbacks_confirmed, row.rollbacks_false),
    },
    laterWarnings: row.later_warnings,
  };
}

const precisionOf = (confirmed: number, falseAlarms: number): number | null =>
  confirmed + falseAlarms === 0 ? null : confirmed / (confirmed + falseAlarms);
