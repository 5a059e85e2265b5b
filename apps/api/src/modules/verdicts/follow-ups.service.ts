import { Inject, Injectable } from "@nestjs/common";
import type { FollowUp } from "@pulsekeep/contracts/api/verdicts";
import type { Transaction } from "@pulsekeep/database";
import { evaluate, type Verdict, type VerdictInput } from "@pulsekeep/verdict";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { pgArray } from "../../platform/pg-array.js";
import { SamplesQueries } from "../metrics/samples.queries.js";
import { DeploymentNoticesService } from "../deployments/deployment-notices.service.js";
import { PoliciesQueries, type PolicyInForce } from "../policies/policies.queries.js";
import { AnalysisMetrics } from "./analysis-metrics.js";
import { lookedAtStepSeconds, usualStepSeconds } from "./usual-step.js";
import { VerdictInputsQueries } from "./verdict-inputs.queries.js";
import { findDeployment, type WatchedDeployment } from "./watched-deployment.js";

type Look = FollowUp["look"];
type Due = { deploymentId: string; look: Look; dueAt: Date; isDryRun: boolean };

/** How much of the time before a look it judges. */
const LOOKS_BACK_SECONDS: Record<Look, number> = { hour: 1_800, day: 3_600 };
const BATCH = 20;
/** One that cannot be judged is tried again after so long, and the others come before it. */
const RETRY_MS = 300_000;

/** Looks again at deployments whose verdict is final. What it finds is kept beside the verdict, never in it. */
@Injectable()
export class FollowUpsService {
  /** When each deployment whose look has failed is tried again; empty but for a fault of ours. */
  private readonly failed = new Map<string, number>();

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(SamplesQueries) private readonly samples: SamplesQueries,
    @Inject(VerdictInputsQueries) private readonly inputs: VerdictInputsQueries,
    @Inject(PoliciesQueries) private readonly policies: PoliciesQueries,
    @Inject(DeploymentNoticesService) private readonly notices: DeploymentNoticesService,
    @Inject(AnalysisMetrics) private readonly metrics: AnalysisMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Takes one due look; several processes may do so at once. Says whether there was one. */
  async lookOnce(): Promise<boolean> {
    const nowMs = performance.now();
    for (const [id, againAtMs] of this.failed) if (againAtMs <= nowMs) this.failed.delete(id);
    const taken: { deploymentId?: string } = {};
    try {
      await this.databases.inEngine(async (tx) => {
        const due = await claimDue(tx, [...this.failed.keys()]);
        if (!due) return;
        taken.deploymentId = due.deploymentId;
        const deployment = await findDeployment(tx, due.deploymentId);
        if (deployment) await this.look(tx, deployment, due);
      });
    } catch (error) {
      const { deploymentId } = taken;
      if (deploymentId === undefined) throw error;
      this.logger.error({ err: error, deploymentId }, "a deployment could not be looked at again");
      this.failed.set(deploymentId, nowMs + RETRY_MS);
    }
    return taken.deploymentId !== undefined;
  }

  async sweepOnce(): Promise<"idle" | "more"> {
    for (let taken = 0; taken < BATCH; taken += 1) if (!(await this.lookOnce())) return "idle";
    return "more";
  }

  private async look(tx: Transaction, deployment: WatchedDeployment, due: Due): Promise<void> {
    // Another version runs by now: what is measured is no longer this one's doing.
    if (deployment.supersededAt !== null && deployment.supersededAt < due.dueAt) {
      await keepLook(tx, due, "skipped");
      return;
    }
    const policy = await this.policies.findInForce(tx, deployment.projectId, deployment.environment);
    const verdict = evaluate(await this.read(tx, deployment, { due, policy }));
    const state = stateOf(verdict);
    await keepLook(tx, due, state, verdict);
    // Tried out when it was judged, or tried out now: either way nothing is to follow.
    const isDryRun = policy.dryRun || due.isDryRun;
    if (state === "warning" && !isDryRun) {
      this.metrics.recordLateWarning(verdict.state);
      await this.notices.tellLateWarning(tx, deployment);
    }
    const { workspaceId, id, projectId } = deployment;
    await enqueue(tx, notice(workspaceId, "deployment.changed", id, projectId));
  }

  private async read(
    tx: Transaction,
    deployment: WatchedDeployment,
    { due, policy: { metrics } }: { due: Due; policy: PolicyInForce },
  ): Promise<VerdictInput> {
    const { startedAt, baselineSeconds, observeUntil, isPushed } = deployment;
    const lookedFrom = new Date(due.dueAt.getTime() - LOOKS_BACK_SECONDS[due.look] * 1_000);
    const after = observeUntil !== null && observeUntil > lookedFrom ? observeUntil : lookedFrom;
    const window = { after, until: due.dueAt, isOver: true };
    const history = await this.inputs.readSameTime(tx, deployment, window);
    // Demand an hour later is another one; only the same hour of earlier days says what is usual then.
    const knowsDemand = due.look === "day" || history.length > 0;
    const policy = knowsDemand
      ? metrics
      : { ...metrics, requests_per_sec: { ...metrics.requests_per_sec, muted: true } };
    const seconds = (due.dueAt.getTime() - after.getTime()) / 1_000;
    const pre = await this.samples.listBaseline(tx, deployment.measured, startedAt);
    const post = await this.samples.listObserved(tx, deployment.measured, window);
    const stepSeconds = isPushed
      ? usualStepSeconds(pre, baselineSeconds)
      : lookedAtStepSeconds({ seconds, samples: post.length, baselineSeconds });
    return {
      pre,
      post,
      windowEnded: true,
      stepSeconds,
      expectedPostSamples: Math.max(1, Math.floor(seconds / stepSeconds)),
      pipeline: "succeeded",
      policy,
      history,
    };
  }
}

async function claimDue(tx: Transaction, failed: readonly string[]): Promise<Due | undefined> {
  const { rows } = await tx.execute<{
    deployment_id: string;
    look: Look;
    due_at: string;
    is_dry_run: boolean;
  }>(
    sql`select deployment_id, look, due_at,
          exists (select from verdicts v where v.deployment_id = w.deployment_id and v.dry_run) as is_dry_run
        from verdict_follow_ups w
        where state = 'pending' and due_at <= clock_timestamp() and deployment_id <> all(${pgArray(failed)}::uuid[])
        order by due_at limit 1 for update skip locked`,
  );
  const [row] = rows;
  if (!row) return undefined;
  const { deployment_id: deploymentId, look, due_at: dueAt, is_dry_run: isDryRun } = row;
  return { deploymentId, look, dueAt: new Date(dueAt), isDryRun };
}

/** Whatever the engine says of a later look, it can only be a warning: there is no window to end early. */
function stateOf({ state }: Verdict): "steady" | "warning" | "inconclusive" {
  if (state === "ok") return "steady";
  return state === "warning" || state === "rollback_recommended" ? "warning" : "inconclusive";
}

async function keepLook(tx: Transaction, due: Due, state: FollowUp["state"], found?: Verdict): Promise<void> {
  await tx.execute(
    sql`update verdict_follow_ups set state = ${state}, looked_at = clock_timestamp(),
          document = ${found === undefined ? null : JSON.stringify(found)}::jsonb
        where deployment_id = ${due.deploymentId} and look = ${due.look} and state = 'pending'`,
  );
}
