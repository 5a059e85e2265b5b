import { Inject, Injectable } from "@nestjs/common";
import type { Policies, PolicyDocument, PolicyHistory, PolicyScope } from "@pulsekeep/contracts/api/policies";
import { schema, type Transaction } from "@pulsekeep/database";
import { CLASSIC_GUARDRAILS, DEFAULT_POLICY, resolvePolicy } from "@pulsekeep/verdict";
import { and, desc, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { type PolicyInForce, type PolicyVersion, policyInForce } from "./policy-in-force.js";

export type { PolicyInForce };

const { projects, verdictPolicies } = schema;
const HISTORY_ROWS = 50;

type Latest = PolicyVersion & { environment: string; createdAt: string };

/** What projects ask of verdicts. */
@Injectable()
export class PoliciesQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** @throws AppError `not_found` */
  async getPolicies(tenant: Tenant, projectId: string): Promise<Policies> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [project] = await tx
        .select({ environments: projects.environments })
        .from(projects)
        .where(eq(projects.id, projectId));
      if (!project) throw new AppError("not_found");
      const latest = await this.listLatest(tx, projectId);
      const scopes = ["", ...project.environments].map((environment) => toScope(latest, environment));
      return { defaults: DEFAULT_POLICY, guardrails: CLASSIC_GUARDRAILS, scopes };
    });
  }

  /** The latest fifty versions of one scope, newest first. @throws AppError `not_found` */
  async listHistory(tenant: Tenant, projectId: string, environment = ""): Promise<PolicyHistory> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [project] = await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, projectId));
      if (!project) throw new AppError("not_found");
      const rows = await tx
        .select()
        .from(verdictPolicies)
        .where(and(eq(verdictPolicies.projectId, projectId), eq(verdictPolicies.environment, environment)))
        .orderBy(desc(verdictPolicies.version))
        .limit(HISTORY_ROWS);
      return {
        rows: rows.map(({ version, document, createdAt }) => ({
          version,
          document: document as PolicyDocument,
          changedAt: createdAt.toISOString(),
        })),
      };
    });
  }

  /** What holds for one environment now; in a tenant's transaction or in the engine's. */
  async findInForce(tx: Transaction, projectId: string, environment: string): Promise<PolicyInForce> {
    const { project, own } = await this.findVersions(tx, projectId, environment);
    return policyInForce(project, own);
  }

  /** What would hold for an environment if one scope (null: all environments) had this document. */
  async findTried(
    tx: Transaction,
    at: { projectId: string; environment: string },
    tried: { environment: string | null; document: PolicyDocument },
  ): Promise<PolicyInForce> {
    const { project, own } = await this.findVersions(tx, at.projectId, at.environment);
    const version = { version: 0, document: tried.document };
    if (tried.environment === null) return policyInForce(version, own);
    return policyInForce(project, tried.environment === at.environment ? version : own);
  }

  private async findVersions(tx: Transaction, projectId: string, environment: string) {
    const { rows } = await tx.execute<{ environment: string; version: number; document: PolicyDocument }>(
      sql`select distinct on (environment) environment, version, document from verdict_policies
          where project_id = ${projectId} and environment in ('', ${environment})
          order by environment, version desc`,
    );
    const of = (name: string) => rows.find((row) => row.environment === name);
    return { project: of(""), own: environment === "" ? undefined : of(environment) };
  }

  private async listLatest(tx: Transaction, projectId: string): Promise<Latest[]> {
    const { rows } = await tx.execute<Latest>(
      sql`select distinct on (environment) environment, version, document, created_at as "createdAt"
          from verdict_policies where project_id = ${projectId} order by environment, version desc`,
    );
    return rows;
  }
}

function toScope(latest: readonly Latest[], environment: string): PolicyScope {
  const of = (name: string) => latest.find((row) => row.environment === name);
  const own = of(environment);
  const { metrics, dryRun } = policyInForce(of(""), environment === "" ? undefined : own);
  return {
    environment: environment === "" ? null : environment,
    version: own?.version ?? 0,
    document: own?.document ?? { metrics: {} },
    changedAt: own ? new Date(own.createdAt).toISOString() : null,
    inForce: resolvePolicy(metrics),
    dryRun,
  };
}
