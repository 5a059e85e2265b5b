import { Inject, Injectable } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import type { Policy, VerdictInput, WindowPair } from "@pulsekeep/verdict";
import { sql } from "drizzle-orm";
import { baselineSince, type KeptSample, SamplesQueries } from "../metrics/samples.queries.js";
import type { PolicyInForce } from "../policies/policies.queries.js";
import { usualStepSeconds } from "./usual-step.js";
import type { WatchedDeployment } from "./watched-deployment.js";

/** From `after` (excluded) until `until`; `isOver` when nothing more will come. */
export type ObservedWindow = { after: Date; until: Date; isOver: boolean };

/** The facts of one evaluation, with the samples as they are kept. */
export type KeptInput = Omit<VerdictInput, "pre" | "post" | "expectedPostSamples" | "policy" | "history"> & {
  pre: KeptSample[];
  post: KeptSample[];
  expectedPostSamples: number;
  policy: Policy;
  history: { pre: KeptSample[]; post: KeptSample[] }[];
};

type Asked = { window: ObservedWindow; policy: PolicyInForce };
/** `asOf`: the time whose addresses count, where that is not now. */
type Told = Asked & { history: KeptInput["history"]; asOf?: Date };

const EARLIER_DEPLOYMENTS = 8;
const EARLIER_DAYS = 30;
/** The same clock time of so many days before tells how the day goes, and the week. */
const SAME_TIME_DAYS = [1, 7] as const;
/** How much of the time before an earlier observation is compared with it. */
const EARLIER_BASELINE_STEPS = 60;
/**
 * Samples of histories that are kept from one look to the next, some tens of megabytes: most have hundreds, and those of
 * windows of a day hundreds of thousands. That there is a history counts as some samples too.
 */
const REMEMBERED_SAMPLES = 500_000;
const SAMPLES_OF_NONE = 100;
const DAY_MS = 86_400_000;
/** A day until it is finished and a day of observation at most, and some hours for whoever comes late. */
const LONGEST_DEPLOYMENT_MS = 3 * DAY_MS;

/** Reads what the engine is asked with. In the engine's transactions, or in a tenant's. */
@Injectable()
export class VerdictInputsQueries {
  private readonly histories = new Map<string, KeptInput["history"]>();

  constructor(@Inject(SamplesQueries) private readonly samples: SamplesQueries) {}

  /** For a deployment that is being watched: what was before it does not change from look to look. */
  async readWatched(tx: Transaction, deployment: WatchedDeployment, asked: Asked): Promise<KeptInput> {
    let history = this.histories.get(deployment.id);
    if (!history) {
      history = await this.readHistory(tx, deployment, asked.window);
      this.remember(deployment.id, history);
    }
    return this.readWith(tx, deployment, { ...asked, history });
  }

  /** The oldest make room. */
  private remember(id: string, history: KeptInput["history"]): void {
    this.histories.set(id, history);
    let samples = 0;
    for (const kept of this.histories.values()) samples += samplesOf(kept);
    for (const [oldest, kept] of this.histories) {
      if (samples <= REMEMBERED_SAMPLES) return;
      this.histories.delete(oldest);
      samples -= samplesOf(kept);
    }
  }

  /** For any deployment, in a tenant's transaction: with the address that was measured at the end of its window. */
  async read(tx: Transaction, deployment: WatchedDeployment, asked: Asked): Promise<KeptInput> {
    const asOf = asked.window.until;
    const history = await this.readHistory(tx, deployment, asked.window, asOf);
    return this.readWith(tx, deployment, { ...asked, history, asOf });
  }

  private async readWith(
    tx: Transaction,
    deployment: WatchedDeployment,
    { window, policy, history, asOf }: Told,
  ): Promise<KeptInput> {
    const { measured, startedAt, pipeline, isPushed } = deployment;
    const pre = await this.samples.listBaseline(tx, { ...measured, asOf }, startedAt);
    const stepSeconds = isPushed ? usualStepSeconds(pre, deployment.stepSeconds) : deployment.stepSeconds;
    return {
      pre,
      post: await this.samples.listObserved(tx, measured, window),
      windowEnded: window.isOver,
      stepSeconds,
      expectedPostSamples: expectedSamples(deployment, stepSeconds),
      pipeline,
      policy: policy.metrics,
      history,
    };
  }

  /** Clean deployments before this one, and the same clock time of earlier days: what is normal after one. */
  private async readHistory(
    tx: Transaction,
    deployment: WatchedDeployment,
    window: ObservedWindow,
    asOf?: Date,
  ): Promise<KeptInput["history"]> {
    const { measured, baselineSeconds, observeUntil } = deployment;
    const planned = { ...window, until: observeUntil ?? window.until };
    const windows = [
      ...(await listClean(tx, deployment, asOf)),
      ...(await listSameTime(tx, deployment, planned)),
    ];
    const history: KeptInput["history"] = [];
    for (const { startedAt, after, until } of windows) {
      const from = new Date(startedAt.getTime() - EARLIER_BASELINE_STEPS * baselineSeconds * 1_000);
      history.push({
        pre: await this.samples.listObserved(tx, measured, { after: from, until: startedAt }),
        post: await this.samples.listObserved(tx, measured, { after, until }),
      });
    }
    return history.filter(({ pre, post }) => pre.length > 0 && post.length > 0);
  }

  /** Windows of the same clock time, shifted back by whole days; without those that saw a deployment. */
  async readSameTime(
    tx: Transaction,
    deployment: WatchedDeployment,
    window: ObservedWindow,
  ): Promise<WindowPair[]> {
    const { measured, baselineSeconds } = deployment;
    const pairs: WindowPair[] = [];
    for (const { startedAt, after, until } of await listSameTime(tx, deployment, window)) {
      const from = new Date(startedAt.getTime() - EARLIER_BASELINE_STEPS * baselineSeconds * 1_000);
      pairs.push({
        pre: await this.samples.listObserved(tx, measured, { after: from, until: startedAt }),
        post: await this.samples.listObserved(tx, measured, { after, until }),
      });
    }
    return pairs.filter(({ pre, post }) => pre.length > 0 && post.length > 0);
  }
}

const samplesOf = (history: KeptInput["history"]): number =>
  history.reduce((sum, { pre, post }) => sum + pre.length + post.length, SAMPLES_OF_NONE);

type Earlier = { startedAt: Date; after: Date; until: Date };

/** A false alarm counts as clean, a later warning does not. */
async function listClean(
  tx: Transaction,
  deployment: WatchedDeployment,
  asOf: Date | undefined,
): Promise<Earlier[]> {
  const { id, projectId, environment, service, measured, startedAt } = deployment;
  const { rows } = await tx.execute<{ started_at: string; finished_at: string; observe_until: string }>(
    sql`select d.started_at, d.finished_at, d.observe_until
        from deployments d left join verdict_feedback f on f.deployment_id = d.id
        where d.project_id = ${projectId} and d.environment = ${environment} and d.service = ${service}
          and d.measured_environment = ${measured.environment}
          and d.id <> ${id} and d.state = 'analyzed' and d.finished_at is not null and d.observe_until is not null
          and (d.verdict_state = 'ok' or f.judgement = 'false_alarm')
          and d.started_at < ${startedAt.toISOString()}
          and d.started_at > ${new Date(startedAt.getTime() - EARLIER_DAYS * DAY_MS).toISOString()}
          and d.started_at >= ${baselineSince({ ...measured, asOf })}
          and not exists (select from verdict_follow_ups w where w.deployment_id = d.id and w.state = 'warning')
        order by d.started_at desc limit ${EARLIER_DEPLOYMENTS}`,
  );
  return rows.map((row) => ({
    startedAt: new Date(row.started_at),
    after: new Date(row.finished_at),
    until: new Date(row.observe_until),
  }));
}

async function listSameTime(
  tx: Transaction,
  { measured, startedAt }: WatchedDeployment,
  { after, until }: ObservedWindow,
): Promise<Earlier[]> {
  const found: Earlier[] = [];
  for (const days of SAME_TIME_DAYS) {
    const back = (at: Date) => new Date(at.getTime() - days * DAY_MS);
    const { rows } = await tx.execute(
      sql`select from deployments where project_id = ${measured.projectId}
            and measured_environment = ${measured.environment} and started_at <= ${back(until).toISOString()}
            and started_at >= ${new Date(back(startedAt).getTime() - LONGEST_DEPLOYMENT_MS).toISOString()}
            and coalesce(observe_until, ended_at, started_at) >= ${back(startedAt).toISOString()} limit 1`,
    );
    if (rows.length === 0) found.push({ startedAt: back(startedAt), after: back(after), until: back(until) });
  }
  return found;
}

/** How many samples the whole window should hold; a deployment that was never finished has none. */
function expectedSamples({ finishedAt, observeUntil }: WatchedDeployment, stepSeconds: number): number {
  if (finishedAt === null || observeUntil === null) return 1;
  return Math.max(1, Math.floor((observeUntil.getTime() - finishedAt.getTime()) / 1_000 / stepSeconds));
}
