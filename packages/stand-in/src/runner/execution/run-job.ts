import { fillTemplate, fillText } from "../expressions/expression-template.js";
import { ExpressionError, toNumber } from "../expressions/expression-value.js";
import type { RunConclusion } from "../runner-host.js";
import type { TextMap } from "../workflow/workflow.js";
import { endProcesses } from "./end-processes.js";
import type { JobAssignment, JobServices } from "./job-assignment.js";
import { JobDirectory } from "./job-directory.js";
import { openGrants } from "./job-grants.js";
import type { JobSession } from "./job-session.js";
import { openSession } from "./open-session.js";
import { runStep, titleStep } from "./run-step.js";

export interface JobResult {
  readonly conclusion: RunConclusion;
  readonly outputs: TextMap;
}

function startTimeLimit(session: JobSession): void {
  const { cancellation, job, log } = session.parts;
  const minutes = toNumber(fillTemplate(job.timeoutMinutes, session.outputsScope));
  if (!(minutes > 0)) throw new ExpressionError(`'timeout-minutes' must be a positive number`);
  cancellation.cancelAfter(minutes * 60_000, () =>
    log.error(
      `The job running on runner local has exceeded the maximum execution time of ${minutes} minutes.`,
    ),
  );
}

async function runSteps(assignment: JobAssignment, session: JobSession): Promise<void> {
  const { job, number: jobNumber, recorder } = assignment;
  for (const [index, step] of job.steps.entries()) {
    // GitHub counts "Set up job" as the first step.
    const number = index + 2;
    const startedAt = recorder.instant();
    let name = titleStep(step);
    const conclusion = await runStep(step, number, {
      session,
      onStart: (filled) => {
        name = session.parts.masker.mask(filled);
        const open = { status: "in_progress", conclusion: null, completedAt: null } as const;
        recorder.updateStep(jobNumber, { number, name, startedAt, ...open });
      },
    });
    const completedAt = recorder.instant();
    recorder.updateStep(jobNumber, { number, name, status: "completed", conclusion, startedAt, completedAt });
  }
}

async function workInSession(assignment: JobAssignment, session: JobSession): Promise<JobResult> {
  const { job, workflow } = assignment;
  try {
    session.setVariables(Object.entries(session.fillEnv(workflow.env)));
    session.setVariables(Object.entries(session.fillEnv(job.env)));
    startTimeLimit(session);
    await runSteps(assignment, session);
    const outputs = Object.entries(job.outputs).map(([name, text]) => [
      name,
      fillText(text, session.outputsScope),
    ]);
    return { conclusion: session.status, outputs: Object.fromEntries(outputs) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    session.parts.log.error(error.message);
    return { conclusion: "failure", outputs: {} };
  }
}

async function endSession(session: JobSession): Promise<void> {
  const { directory, log, trackingId, user } = session.parts;
  const marks = { trackingId, sessions: session.sessions, directory: directory.root, uid: user.uid };
  const count = await endProcesses(marks);
  if (count > 0) log.line(`Terminate orphan process: ${count}`);
  await directory
    .remove()
    .catch((error: unknown) => log.error(`The job's directory is left: ${String(error)}`));
}

/** Runs one job from its set-up to its last trace: directory, processes, token and OIDC request end with it. */
export async function runJob(assignment: JobAssignment, services: JobServices): Promise<JobResult> {
  const grants = await openGrants(assignment, services.host);
  try {
    const { user, jobsDirectory } = services.workplace;
    const repositoryName = assignment.facts.repository.name;
    const directory = await JobDirectory.create(jobsDirectory, { repositoryName, user });
    const session = await openSession(assignment, services, { grants, directory });
    try {
      return await workInSession(assignment, session);
    } finally {
      await endSession(session);
    }
  } finally {
    assignment.cancellation.dispose();
    await grants.release();
  }
}
