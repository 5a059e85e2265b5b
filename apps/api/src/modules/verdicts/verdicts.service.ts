import { Inject, Injectable } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import { evaluate, type Verdict } from "@pulsekeep/verdict";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { DeploymentNoticesService } from "../deployments/deployment-notices.service.js";
import { PoliciesQueries, type PolicyInForce } from "../policies/policies.queries.js";
import { AnalysisMetrics } from "./analysis-metrics.js";
import { planFollowUps } from "./plan-follow-ups.js";
import { type KeptVerdict, keepVerdict } from "./keep-verdict.js";
import { countMissedScrapes } from "./missed-scrapes.js";
import { type NextStep, nextStep } from "./next-step.js";
import { type ObservedWindow, VerdictInputsQueries } from "./verdict-inputs.queries.js";
import { lockDeployment, type WatchedDeployment } from "./watched-deployment.js";

/** Judges deployments: reads what was measured, asks the engine, keeps what it says. */
@Injectable()
export class VerdictsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(VerdictInputsQueries) private readonly inputs: VerdictInputsQueries,
    @Inject(PoliciesQueries) private readonly policies: PoliciesQueries,
    @Inject(DeploymentNoticesService) private readonly notices: DeploymentNoticesService,
    @Inject(AnalysisMetrics) private readonly metrics: AnalysisMetrics,
  ) {}

  /**
   * Brings one deployment up to date: its verdict, and its state when its time has come. Harmless to repeat and
   * to run twice at once; a deployment that is gone or closed is left alone.
   */
  async evaluateDeployment(id: string): Promise<void> {
    const startedAtMs = performance.now();
    const analysed = await this.databases.inEngine(async (tx) => {
      const deployment = await lockDeployment(tx, id);
      if (!deployment) return undefined;
      return this.take(tx, deployment, nextStep(deployment));
    });
    if (analysed) this.metrics.record(analysed, (performance.now() - startedAtMs) / 1_000);
  }

  private async take(tx: Transaction, deployment: WatchedDeployment, step: NextStep) {
    switch (step.kind) {
      case "leave":
        return lookAgainAt(tx, deployment, null);
      case "wait":
        return lookAgainAt(tx, deployment, step.at);
      case "look": {
        await lookAgainAt(tx, deployment, step.at);
        if (deployment.isDecided) return undefined;
        return this.judge(tx, deployment, { ...step, isOver: false });
      }
      case "close": {
        const judged = deployment.isDecided
          ? undefined
          : await this.judge(tx, deployment, { ...step, isOver: true });
        await close(tx, deployment, step.state);
        if (step.state === "analyzed") await planFollowUps(tx, deployment);
        return judged;
      }
    }
  }

  private async judge(
    tx: Transaction,
    deployment: WatchedDeployment,
    window: ObservedWindow,
  ): Promise<{ verdict: Verdict; kept: KeptVerdict; policy: PolicyInForce } | undefined> {
    const { projectId, environment, now } = deployment;
    const policy = await this.policies.findInForce(tx, projectId, environment);
    const input = await this.inputs.readWatched(tx, deployment, { window, policy });
    const verdict = evaluate(input);
    const until = now < window.until ? now : window.until;
    const missedScrapes = countMissedScrapes({
      samples: input.post,
      after: window.after,
      until,
      stepSeconds: input.stepSeconds,
    });
    const kept = await keepVerdict(tx, deployment, { verdict, missedScrapes, policy });
    if (!kept) return undefined;
    await showVerdict(tx, deployment, kept);
    if (kept.final)
      await this.notices.tellVerdict(tx, deployment, { state: kept.state, isDryRun: policy.dryRun });
    return { verdict, kept, policy };
  }
}

async function lookAgainAt(tx: Transaction, { id }: WatchedDeployment, at: Date | null): Promise<undefined> {
  await tx.execute(
    sql`update deployments set next_action_at = ${at?.toISOString() ?? null}
        where id = ${id} and next_action_at is distinct from ${at?.toISOString() ?? null}::timestamptz`,
  );
}

async function showVerdict(tx: Transaction, deployment: WatchedDeployment, kept: KeptVerdict): Promise<void> {
  const confidence = kept.state === "collecting" ? null : kept.confidence;
  await tx.execute(
    sql`update deployments set verdict_state = ${kept.state}, confidence = ${confidence} where id = ${deployment.id}`,
  );
  await enqueue(tx, changed(deployment));
}

async function close(
  tx: Transaction,
  deployment: WatchedDeployment,
  state: "analyzed" | "abandoned" | "superseded",
): Promise<void> {
  await tx.execute(
    sql`update deployments set state = ${state}, next_action_at = null,
          ended_at = coalesce(ended_at, ${deployment.now.toISOString()}::timestamptz)
        where id = ${deployment.id} and state = ${deployment.state}`,
  );
  await enqueue(tx, changed(deployment));
}

const changed = ({ workspaceId, id, projectId }: WatchedDeployment) =>
  notice(workspaceId, "deployment.changed", id, projectId);
