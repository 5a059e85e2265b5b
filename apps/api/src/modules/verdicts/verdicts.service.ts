import { Inject, Injectable } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import { evaluate, type Verdict } from "@pulsekeep/verdict";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { SamplesQueries } from "../metrics/samples.queries.js";
import { AnalysisMetrics } from "./analysis-metrics.js";
import { type KeptVerdict, keepVerdict } from "./keep-verdict.js";
import { countMissedScrapes } from "./missed-scrapes.js";
import { type NextStep, nextStep } from "./next-step.js";
import { lockDeployment, type WatchedDeployment } from "./watched-deployment.js";

type Window = { after: Date; until: Date; isOver: boolean };

/** Judges deployments: reads what was measured, asks the engine, keeps what it says. */
@Injectable()
export class VerdictsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(SamplesQueries) private readonly samples: SamplesQueries,
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
        return judged;
      }
    }
  }

  private async judge(
    tx: Transaction,
    deployment: WatchedDeployment,
    window: Window,
  ): Promise<{ verdict: Verdict; kept: KeptVerdict } | undefined> {
    const { projectId, startedAt, stepSeconds, pipeline, now } = deployment;
    const [pre, post] = [
      await this.samples.listBaseline(tx, projectId, startedAt),
      await this.samples.listObserved(tx, projectId, window),
    ];
    const verdict = evaluate({
      pre,
      post,
      windowEnded: window.isOver,
      stepSeconds,
      expectedPostSamples: expectedSamples(deployment),
      pipeline,
    });
    const until = now < window.until ? now : window.until;
    const missedScrapes = countMissedScrapes({ samples: post, after: window.after, until, stepSeconds });
    const kept = await keepVerdict(tx, deployment, { verdict, missedScrapes });
    if (!kept) return undefined;
    await showVerdict(tx, deployment, kept);
    return { verdict, kept };
  }
}

/** How many samples the whole window should hold; a deployment that was never finished has none. */
function expectedSamples({ finishedAt, observeUntil, stepSeconds }: WatchedDeployment): number {
  if (finishedAt === null || observeUntil === null) return 1;
  return Math.max(1, Math.floor((observeUntil.getTime() - finishedAt.getTime()) / 1_000 / stepSeconds));
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
