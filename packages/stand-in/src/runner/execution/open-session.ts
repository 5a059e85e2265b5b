import { randomUUID } from "node:crypto";
import type { ExpressionObject } from "../expressions/expression-value.js";
import type { JobAssignment, JobServices } from "./job-assignment.js";
import type { JobDirectory } from "./job-directory.js";
import { describeGithub } from "./job-facts.js";
import type { JobGrants } from "./job-grants.js";
import { JobLog } from "./job-log.js";
import { JobSession } from "./job-session.js";
import { SecretMasker } from "./secret-masker.js";
import { describeRunner } from "./step-environment.js";
import { WorkflowCommands } from "./workflow-commands.js";

function openMasker(grants: JobGrants): SecretMasker {
  const masker = new SecretMasker();
  for (const secret of Object.values(grants.secrets)) masker.add(secret);
  const requestToken = grants.oidcVariables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
  if (requestToken !== undefined) masker.add(requestToken);
  return masker;
}

/** "Set up job": everything that the steps of a job will share. */
export async function openSession(
  assignment: JobAssignment,
  services: JobServices,
  { grants, directory }: { grants: JobGrants; directory: JobDirectory },
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
