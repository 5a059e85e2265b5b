import { setImmediate as breathe } from "node:timers/promises";
import { Inject, Injectable } from "@nestjs/common";
import type { PolicyDocument, PolicyPreview, PolicyPreviewRequest } from "@pulsekeep/contracts/api/policies";
import type { Replay } from "@pulsekeep/contracts/api/verdicts";
import type { Transaction } from "@pulsekeep/database";
import { METRIC_NAMES, replay, type Verdict, type VerdictState } from "@pulsekeep/verdict";
import { sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { unknownEnvironment } from "../../http/unknown-environment.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { PoliciesQueries, type PolicyInForce } from "../policies/policies.queries.js";
import { toBrief } from "./brief-verdict.js";
import { type KeptInput, VerdictInputsQueries } from "./verdict-inputs.queries.js";
import { findDeployment, type WatchedDeployment } from "./watched-deployment.js";

const PREVIEWED = 20;

/** Asks the engine again about deployments that are over, with the samples that are kept. Changes nothing. */
@Injectable()
export class ReplaysService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(VerdictInputsQueries) private readonly inputs: VerdictInputsQueries,
    @Inject(PoliciesQueries) private readonly policies: PoliciesQueries,
  ) {}

  /** With another policy for the deployment's environment, or with what is in force. @throws AppError `not_found` */
  async replayDeployment(caller: UserCaller, id: string, document?: PolicyDocument): Promise<Replay> {
    const { input, kept } = await this.databases.inTenant(caller, async (tx) => {
      const deployment = await getDeployment(tx, id);
      const { projectId, environment } = deployment;
      const tried = document && { environment, document };
      const policy = tried
        ? await this.policies.findTried(tx, { projectId, environment }, tried)
        : await this.policies.findInForce(tx, projectId, environment);
      return { input: await this.read(tx, deployment, policy), kept: await findKept(tx, id) };
    });
    const { verdict, samples } = replay(input);
    return { kept, replayed: toBrief(verdict, caller.locale), samples, of: input.post.length };
  }

  /** What the engine is asked with about a deployment, by the policy that is in force. @throws AppError `not_found` */
  async getInput(tenant: Tenant, id: string): Promise<KeptInput> {
    return this.databases.inTenant(tenant, async (tx) => {
      const deployment = await getDeployment(tx, id);
      const policy = await this.policies.findInForce(tx, deployment.projectId, deployment.environment);
      return this.read(tx, deployment, policy);
    });
  }

  /** What the last twenty verdicts would have been. @throws AppError `not_found`, `ENVIRONMENT_UNKNOWN` */
  async previewPolicy(
    tenant: Tenant,
    projectId: string,
    tried: PolicyPreviewRequest,
  ): Promise<PolicyPreview> {
    const listed = await this.databases.inTenant(tenant, (tx) =>
      listJudged(tx, projectId, tried.environment),
    );
    const rows: PolicyPreview["rows"] = [];
    for (const { id, number, environment, startedAt, before } of listed) {
      const input = await this.databases.inTenant(tenant, async (tx) => {
        const deployment = await findDeployment(tx, id);
        if (!deployment) return undefined;
        const policy = await this.policies.findTried(tx, { projectId, environment }, tried);
        return this.read(tx, deployment, policy);
      });
      const after = input && input.post.length > 0 ? toOutcome(replay(input).verdict) : null;
      rows.push({ deploymentId: id, number, environment, startedAt, before, after });
      // Others' requests are answered in between.
      await breathe();
    }
    return {
      rows,
      changed: rows.filter(({ before, after }) => after !== null && after.state !== before).length,
    };
  }

  private read(tx: Transaction, deployment: WatchedDeployment, policy: PolicyInForce): Promise<KeptInput> {
    const { startedAt, finishedAt, observeUntil, supersededAt, state, now } = deployment;
    const ends = [observeUntil, state === "superseded" ? supersededAt : null, now];
    const until = new Date(Math.min(...ends.map((end) => end?.getTime() ?? Number.POSITIVE_INFINITY)));
    const isOver = state !== "running" && state !== "observing";
    const after = finishedAt ?? (isOver ? until : startedAt);
    return this.inputs.read(tx, deployment, { window: { after, until, isOver }, policy });
  }
}

async function getDeployment(tx: Transaction, id: string): Promise<WatchedDeployment> {
  const deployment = await findDeployment(tx, id);
  if (!deployment) throw new AppError("not_found");
  return deployment;
}

async function findKept(tx: Transaction, id: string): Promise<VerdictState> {
  const { rows } = await tx.execute<{ verdict_state: VerdictState }>(
    sql`select verdict_state from deployments where id = ${id}`,
  );
  return rows[0]?.verdict_state ?? "collecting";
}

type Judged = { id: string; number: number; environment: string; startedAt: string; before: VerdictState };

async function listJudged(tx: Transaction, projectId: string, environment: string | null): Promise<Judged[]> {
  const { rows: projects } = await tx.execute<{ environments: string[] }>(
    sql`select environments from projects where id = ${projectId}`,
  );
  const [project] = projects;
  if (!project) throw new AppError("not_found");
  if (environment !== null && !project.environments.includes(environment))
    throw unknownEnvironment(project.environments);
  const { rows } = await tx.execute<Omit<Judged, "startedAt"> & { started_at: string }>(
    sql`select d.id, d.number, d.environment, d.started_at, v.state as before
        from deployments d join verdicts v on v.deployment_id = d.id and v.final
        where d.project_id = ${projectId} and d.finished_at is not null
          and (${environment}::text is null or d.environment = ${environment})
        order by d.started_at desc, d.id desc limit ${PREVIEWED}`,
  );
  return rows.map(({ started_at, ...row }) => ({ ...row, startedAt: new Date(started_at).toISOString() }));
}

/** The metrics are those that got worse: what a verdict other than ok rests on. */
function toOutcome(verdict: Verdict): NonNullable<PolicyPreview["rows"][number]["after"]> {
  const { state, confidence, perMetric } = verdict;
  const worse = METRIC_NAMES.filter((name) => ["regressed", "went_away"].includes(perMetric[name].state));
  return { state, confidence, metrics: isFinding(state) ? worse : [] };
}

const isFinding = (state: VerdictState): boolean => state === "warning" || state === "rollback_recommended";
