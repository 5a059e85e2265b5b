import { holdsCondition, fillTemplate, fillText } from "../expressions/expression-template.js";
import type { ExpressionScope, StatusSoFar } from "../expressions/evaluate-expression.js";
import { ExpressionError, isTruthy, type ExpressionObject } from "../expressions/expression-value.js";
import type { RunConclusion } from "../runner-host.js";
import type { ConcurrencyGroups } from "../scheduling/concurrency-groups.js";
import type { JobSlots } from "../scheduling/job-slots.js";
import type { Concurrency, Workflow, WorkflowJob } from "../workflow/workflow.js";
import { JobCancellation } from "./job-cancellation.js";
import { describeGithub, type RunFacts } from "./job-facts.js";
import type { JobServices } from "./job-assignment.js";
import { runJob, type JobResult } from "./run-job.js";
import type { RunCancellation } from "./run-cancellation.js";
import type { RunRecorder } from "./run-recorder.js";

export interface WorkflowRun {
  readonly facts: RunFacts;
  readonly workflow: Workflow;
  /** `inputs` and `vars`. */
  readonly contexts: ExpressionObject;
  readonly recorder: RunRecorder;
  readonly cancellation: RunCancellation;
}

export interface RunServices extends JobServices {
  readonly groups: ConcurrencyGroups;
  readonly slots: JobSlots;
}

type Results = ReadonlyMap<string, JobResult>;

function statusOfNeeds(run: WorkflowRun, job: WorkflowJob, results: Results): StatusSoFar {
  if (run.cancellation.requested) return "cancelled";
  const needed = job.needs.map((key) => results.get(key)?.conclusion);
  if (needed.includes("cancelled")) return "cancelled";
  if (needed.includes("failure")) return "failure";
  // A skipped need is no success either; only a condition with a status function gets past it.
  return needed.every((conclusion) => conclusion === "success") ? "success" : "failure";
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context */
function describeNeeds(job: WorkflowJob, results: Results): ExpressionObject {
  return Object.fromEntries(
    job.needs.map((key) => {
      const result = results.get(key);
      return [key, { result: result?.conclusion ?? null, outputs: { ...result?.outputs } }];
    }),
  );
}

function groupKey(run: WorkflowRun, group: string): string {
  return `${run.facts.repository.id}/${group.toLowerCase()}`;
}

/** Does `work` inside a concurrency group; undefined if the place in it was lost while pending. */
async function insideGroup<T>(
  run: WorkflowRun,
  groups: ConcurrencyGroups,
  { concurrency, scope, work }: { concurrency?: Concurrency; scope: ExpressionScope; work: () => Promise<T> },
): Promise<T | undefined> {
  if (concurrency === undefined) return work();
  const key = groupKey(run, fillText(concurrency.group, scope));
  const setting = fillTemplate(concurrency.cancelInProgress, scope);
  const cancelInProgress = typeof setting === "string" ? setting === "true" : isTruthy(setting);
  const member = { cancel: () => run.cancellation.cancel() };
  const forget = run.cancellation.onCancel(() => groups.leavePending(key, member));
  try {
    return (await groups.enter(key, member, { cancelInProgress })) ? await work() : undefined;
  } finally {
    forget();
    groups.leave(key, member);
  }
}

/** A job that waits for the group its own run holds would wait for ever. */
function refuseDeadlock(run: WorkflowRun, job: WorkflowJob, scope: ExpressionScope): void {
  const [held, wanted] = [run.workflow.concurrency, job.concurrency].map(
    (concurrency) => concurrency && groupKey(run, fillText(concurrency.group, scope)),
  );
  if (held !== undefined && held === wanted) {
    throw new ExpressionError(
      `Canceling since a deadlock was detected for concurrency group between a top level workflow and '${job.key}'`,
    );
  }
}

const CANCELLED: JobResult = { conclusion: "cancelled", outputs: {} };
const SKIPPED: JobResult = { conclusion: "skipped", outputs: {} };

async function runInSlot(
  run: WorkflowRun,
  job: WorkflowJob,
  { number, contexts, services }: { number: number; contexts: ExpressionObject; services: RunServices },
): Promise<JobResult> {
  // A job that a cancelled run still starts has `always()`: only force ends it.
  const release = await services.slots.take(run.cancellation.signalFromNow);
  if (release === undefined) return CANCELLED;
  const cancellation = new JobCancellation(services.clock);
  const forget = run.cancellation.follow(cancellation);
  try {
    run.recorder.updateJob(number, { status: "in_progress", startedAt: run.recorder.instant() });
    return await runJob({ ...run, job, number, contexts, cancellation }, services);
  } finally {
    forget();
    release();
  }
}

async function runOneJob(
  run: WorkflowRun,
  {
    job,
    number,
    results,
    services,
  }: { job: WorkflowJob; number: number; results: Results; services: RunServices },
): Promise<JobResult> {
  const needs = describeNeeds(job, results);
  const contexts = { ...run.contexts, needs };
  const status = statusOfNeeds(run, job, results);
  const scope = { contexts: { ...contexts, github: describeGithub(run.facts) }, status };
  if (!holdsCondition(job.if, scope)) return run.cancellation.requested ? CANCELLED : SKIPPED;
  refuseDeadlock(run, job, scope);
  const name = fillText(job.name ?? job.key, scope);
  run.recorder.updateJob(number, { name });
  const work = () => runInSlot(run, job, { number, contexts, services });
  const result =
    (await insideGroup(run, services.groups, { concurrency: job.concurrency, scope, work })) ?? CANCELLED;
  const forgiven = result.conclusion === "failure" && fillText(job.continueOnError, scope) === "true";
  return forgiven ? { ...result, conclusion: "success" } : result;
}

/** What the author wrote cannot be evaluated, or the runner itself failed: the job fails and its log says why. */
async function runJobSafely(
  run: WorkflowRun,
  work: { job: WorkflowJob; number: number; results: Results; services: RunServices },
): Promise<JobResult> {
  try {
    return await runOneJob(run, work);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const origin = error instanceof ExpressionError ? "" : "The local runner failed: ";
    run.recorder.log(work.number, `${run.recorder.instant()} ##[error]${origin}${reason}\n`);
    return { conclusion: "failure", outputs: {} };
  }
}

async function runJobs(run: WorkflowRun, services: RunServices): Promise<RunConclusion> {
  const startedAt = run.recorder.instant();
  run.recorder.update({ status: "in_progress", startedAt });
  const results = new Map<string, JobResult>();
  for (const [index, job] of run.workflow.jobs.entries()) {
    const number = index + 1;
    const result = await runJobSafely(run, { job, number, results, services });
    results.set(job.key, result);
    const completedAt = run.recorder.instant();
    run.recorder.updateJob(number, { status: "completed", conclusion: result.conclusion, completedAt });
  }
  return concludeRun([...results.values()].map((result) => result.conclusion));
}

/** The worst of the jobs'; skipped if nothing ran. */
export function concludeRun(conclusions: readonly RunConclusion[]): RunConclusion {
  const order: readonly RunConclusion[] = ["cancelled", "failure", "success"];
  return order.find((conclusion) => conclusions.includes(conclusion)) ?? "skipped";
}

/** Takes a queued run through its concurrency group and its jobs to its conclusion. */
export async function runWorkflow(run: WorkflowRun, services: RunServices): Promise<void> {
  const contexts = { ...run.contexts, github: describeGithub(run.facts) };
  const scope: ExpressionScope = { contexts, status: "success" };
  const { concurrency } = run.workflow;
  let conclusion: RunConclusion;
  try {
    const work = async () => (run.cancellation.requested ? undefined : runJobs(run, services));
    conclusion = (await insideGroup(run, services.groups, { concurrency, scope, work })) ?? "cancelled";
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    run.recorder.log(0, `##[error]Invalid workflow file: concurrency: ${error.message}\n`);
    conclusion = "failure";
  }
  run.recorder.update({ status: "completed", conclusion, completedAt: run.recorder.instant() });
  await run.recorder.flush();
}
