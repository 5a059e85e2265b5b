import { findField, getJson, getText, listOf } from "../github-json.js";
import { refuse, RunFault } from "../run-fault.js";
import type { WorkflowStart } from "../workflow-start.js";
import { alreadyDone, done, type EffectContext, type EffectResult } from "./effect.js";
import { findState, workflowPath } from "./find-workflow.js";
import { getRepository } from "./get-repository.js";
import { dropMark, type MarkedKind, takeMark } from "./run-marks.js";

const LOOK_PAUSE_MS = 5_000;

/**
 * Starts a workflow on its repository's default branch, at most once per run.
 *
 * GitHub would start it again for the asking, so the run's mark is taken first. Where the mark is there already,
 * or nobody knows whether the start came through, it is only looked for: a workflow that shows the run's id in its
 * `run-name` can be found, and what cannot be found is for a person to decide.
 */
export async function startWorkflow(
  context: EffectContext,
  kind: MarkedKind,
  { owner, repo, workflow, inputs }: WorkflowStart,
): Promise<EffectResult> {
  const ref = getText(await getRepository(context, `${owner}/${repo}`), "default_branch");
  const path = workflowPath(owner, repo, workflow);
  if ((await findState(context, path)) !== "active")
    refuse("target_not_found", "the workflow is not there or off");
  const mark = await takeMark(context, kind);
  if (mark === undefined) {
    if (await isStarted(context, path)) return alreadyDone();
    throw unclear("the run began before; nobody knows how it ended");
  }
  try {
    context.requireFresh();
    const call = {
      method: "POST",
      path: `${path}/dispatches`,
      body: { ref, inputs },
      once: true,
    } as const;
    const answer = await context.github(call);
    if (answer.kind === "ok") return done();
    if (answer.kind !== "unclear") refuse("target_denied", "GitHub refuses trigger or inputs");
  } catch (fault) {
    // Whatever is thrown here says that GitHub did not take the call.
    await dropMark(context, mark);
    throw fault;
  }
  // GitHub lists a run a moment after it has taken the call.
  await context.around.sleep(LOOK_PAUSE_MS);
  if (await isStarted(context, path)) return done();
  throw unclear("nobody knows whether the workflow was started");
}

async function isStarted({ github, runId }: EffectContext, path: string): Promise<boolean> {
  const found = await getJson(
    github,
    `${path}/runs?event=workflow_dispatch&per_page=100`,
    "the workflow's runs",
  );
  const runs = listOf(findField(found, "workflow_runs"));
  return runs.some((run) => String(findField(run, "display_title")).includes(runId));
}

function unclear(detail: string): RunFault {
  return new RunFault("unknown", "github_unavailable", detail);
}
