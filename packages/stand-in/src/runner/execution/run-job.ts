import { randomUUID } from "node:crypto";
import { fillTemplate, fillText } from "../expressions/expression-template.js";
import { ExpressionError, toNumber, type ExpressionObject } from "../expressions/expression-value.js";
import type { JobPermissions, RunConclusion, RunnerClock, RunnerHost } from "../runner-host.js";
import { DEFAULT_PERMISSIONS } from "../workflow/parse-settings.js";
import type { TextMap, Workflow, WorkflowJob } from "../workflow/workflow.js";
import { endProcesses } from "./end-processes.js";
import type { JobCancellation } from "./job-cancellation.js";
import { JobDirectory } from "./job-directory.js";
import { describeGithub, describeOidc, type RunFacts } from "./job-facts.js";
import { JobLog } from "./job-log.js";
import { JobSession } from "./job-session.js";
import type { RunRecorder } from "./run-recorder.js";
import { runStep, titleStep } from "./run-step.js";
import { SecretMasker } from "./secret-masker.js";
import { describeRunner } from "./step-environment.js";
import type { Workplace } from "./workplace.js";
import { WorkflowCommands } from "./workflow-commands.js";

export interface JobAssignment {
  readonly facts: RunFacts;
  readonly workflow: Workflow;
  readonly job: WorkflowJob;
  readonly number: number;
  /** Contexts that are known before the job starts: `inputs`, `vars`, `needs`. */
  readonly contexts: ExpressionObject;
  readonly cancellation: JobCancellation;
  readonly recorder: RunRecorder;
}

export interface JobServices {
  readonly host: RunnerHost;
  readonly clock: RunnerClock;
  readonly workplace: Workplace;
}

export interface JobResult {
  readonly conclusion: RunConclusion;
  readonly outputs: TextMap;
}

interface Grants {
  readonly permissions: JobPermissions;
  readonly tokenPlain: string;
  readonly secrets: TextMap;
  readonly oidcVariables: TextMap;
  readonly release: () => Promise<void>;
}

/**
 * The job's token and OIDC request, which end with the job.
 * https://docs.github.com/en/actions/concepts/security/github_token
 */
async function openGrants({ facts, workflow, job }: JobAssignment, host: RunnerHost): Promise<Grants> {
  const permissions = job.permissions ?? workflow.permissions ?? DEFAULT_PERMISSIONS;
  const { repository, runId } = facts;
  const stored = await host.listSecrets(repository);
  const { tokenPlain } = await host.mintJobToken({ repository, runId, permissions });
  const oidc =
    permissions["id-token"] === "write" ? await host.openOidcRequest(describeOidc(facts)) : undefined;
  return {
    permissions,
    tokenPlain,
    secrets: { ...stored, GITHUB_TOKEN: tokenPlain },
    oidcVariables:
      oidc === undefined
        ? {}
        : {
            ACTIONS_ID_TOKEN_REQUEST_URL: oidc.requestUrl,
            ACTIONS_ID_TOKEN_REQUEST_TOKEN: oidc.requestTokenPlain,
          },
    release: async () => {
      await host.revokeJobToken(tokenPlain);
      if (oidc !== undefined) await host.closeOidcRequest(oidc.requestTokenPlain);
    },
  };
}

function openMasker(grants: Grants): SecretMasker {
  const masker = new SecretMasker();
  for (const secret of Object.values(grants.secrets)) masker.add(secret);
  const requestToken = grants.oidcVariables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
  if (requestToken !== undefined) masker.add(requestToken);
  return masker;
}

async function openSession(
  assignment: JobAssignment,
  services: JobServices,
  { grants, directory }: { grants: Grants; directory: JobDirectory },
): Promise<JobSession> {
  const { facts, workflow, job, number, recorder, cancellation } = assignment;
  const masker = openMasker(grants);
  const log = new JobLog(masker, services.clock, (text) => recorder.log(number, text));
  const github: ExpressionObject = {
    ...describeGithub(facts),
    job: job.key,
    token: grants.tokenPlain,
    workspace: directory.workspace,
    event_path: await directory.writePrivate("event.json", JSON.stringify(facts.payload)),
  };
  const session = new JobSession({
    job,
    directory,
    user: services.workplace.user,
    clock: services.clock,
    log,
    masker,
    commands: new WorkflowCommands(log, masker),
    cancellation,
    toolPath: services.workplace.toolPath,
    trackingId: `${services.workplace.trackingPrefix}${randomUUID()}`,
    oidcVariables: grants.oidcVariables,
    contexts: { ...assignment.contexts, github, secrets: grants.secrets, runner: describeRunner(directory) },
    github,
    shell: job.defaults.shell ?? workflow.defaults.shell,
    workingDirectory: job.defaults.workingDirectory ?? workflow.defaults.workingDirectory,
  });
  for (const notice of services.workplace.notices) log.line(`##[notice]${notice}`);
  const scopes = Object.entries(grants.permissions).map(([scope, level]) => `${scope}: ${level}`);
  log.group("GITHUB_TOKEN Permissions", scopes);
  return session;
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
