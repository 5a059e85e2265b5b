import { fillTemplate, fillText, holdsCondition } from "../expressions/expression-template.js";
import { ExpressionError, isTruthy, toNumber } from "../expressions/expression-value.js";
import type { RunConclusion } from "../runner-host.js";
import type { StepAction, TextMap, WorkflowStep } from "../workflow/workflow.js";
import { CommandFileError, parseAssignments, readCommandFile } from "./command-file.js";
import type { CommandFiles } from "./job-directory.js";
import type { JobSession } from "./job-session.js";
import { runCheckout } from "./run-checkout.js";
import { runScript, type StepRun } from "./run-script.js";
import { maySetVariable } from "./step-environment.js";

/** What GitHub shows for a step without a `name`. */
export function titleStep(step: WorkflowStep): string {
  if (step.name !== undefined) return step.name;
  const { action } = step;
  return `Run ${action.kind === "uses" ? action.uses : (action.script.trim().split("\n")[0] ?? "")}`;
}

async function runAction(action: StepAction, run: StepRun): Promise<string | undefined> {
  if (action.kind === "run") return runScript(action, run);
  if (action.uses.startsWith("actions/checkout@")) return runCheckout(action, run);
  return `'${action.uses}' is not supported by the local runner: it runs 'run' steps and 'actions/checkout'.`;
}

/** Takes over what the step wrote, also when it failed, as GitHub does. */
async function applyFiles(files: CommandFiles, session: JobSession): Promise<TextMap> {
  const variables = parseAssignments(await readCommandFile(files.GITHUB_ENV));
  const refused = [...variables.keys()].filter((name) => !maySetVariable(name));
  for (const name of refused) session.parts.log.error(`GITHUB_ENV may not set '${name}'.`);
  session.setVariables([...variables].filter(([name]) => maySetVariable(name)));
  const paths = await readCommandFile(files.GITHUB_PATH);
  session.addPaths(paths.split("\n").filter((path) => path.trim() !== ""));
  return Object.fromEntries(parseAssignments(await readCommandFile(files.GITHUB_OUTPUT)));
}

interface Attempt {
  readonly outcome: RunConclusion;
  readonly outputs: TextMap;
}

/** Mistakes of the workflow's author fail the step; the rest is the runner's own fault and is thrown. */
async function withAuthorErrors(session: JobSession, act: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ExpressionError || error instanceof CommandFileError)) throw error;
    session.parts.log.error(error.message);
    return { outcome: "failure", outputs: {} };
  }
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepstimeout-minutes */
function openTimeout(step: WorkflowStep, env: TextMap, session: JobSession) {
  const timeout = new AbortController();
  if (step.timeoutMinutes === undefined) return { signal: timeout.signal, dispose: () => undefined };
  const minutes = toNumber(fillTemplate(step.timeoutMinutes, session.scope(env)));
  const dispose = session.parts.clock.schedule(() => {
    session.parts.log.error(`The action '${titleStep(step)}' has timed out after ${minutes} minutes.`);
    timeout.abort();
  }, minutes * 60_000);
  return { signal: timeout.signal, dispose };
}

async function attemptStep(step: WorkflowStep, number: number, session: JobSession): Promise<Attempt> {
  const { cancellation, directory, log } = session.parts;
  const stopped = cancellation.stepSignal;
  const env = session.fillEnv(step.env);
  const files = await directory.openCommandFiles(number);
  const timeout = openTimeout(step, env, session);
  const signal = AbortSignal.any([stopped, timeout.signal]);
  try {
    const problem = await runAction(step.action, { session, number, env, files, signal });
    const outputs = await applyFiles(files, session);
    if (stopped.aborted) log.error("The operation was canceled.");
    else if (problem !== undefined) log.error(problem);
    return {
      outcome: stopped.aborted ? "cancelled" : problem === undefined ? "success" : "failure",
      outputs,
    };
  } finally {
    timeout.dispose();
  }
}

function continuesOnError(step: WorkflowStep, session: JobSession): boolean {
  const value = fillTemplate(step.continueOnError, session.outputsScope);
  return typeof value === "string" ? value === "true" : isTruthy(value);
}

/**
 * Runs one step if its condition holds and records its outcome in the session.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#steps-context: `outcome` is
 * before `continue-on-error`, `conclusion` after it.
 */
export async function runStep(
  step: WorkflowStep,
  number: number,
  { session, onStart }: { session: JobSession; onStart: (name: string) => void },
): Promise<RunConclusion> {
  const attempt = await withAuthorErrors(session, async () => {
    const env = session.fillEnv(step.env);
    const holds = !session.parts.cancellation.forced && holdsCondition(step.if, session.scope(env));
    if (!holds) return { outcome: "skipped", outputs: {} };
    // The first line of a script is shown as written: an expression may go on in the next.
    onStart(step.name === undefined ? titleStep(step) : fillText(step.name, session.scope(env)));
    return attemptStep(step, number, session);
  });
  const forgiven = attempt.outcome === "failure" && continuesOnError(step, session);
  const conclusion = forgiven ? "success" : attempt.outcome;
  session.recordStep(step.id, { outcome: attempt.outcome, conclusion, outputs: attempt.outputs });
  return conclusion;
}
