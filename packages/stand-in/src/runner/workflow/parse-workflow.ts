import { parseDocument } from "yaml";
import { parseJob } from "./parse-job.js";
import { parseConcurrency, parseDefaults, parsePermissions } from "./parse-settings.js";
import { parseTriggers } from "./parse-triggers.js";
import { WorkflowFileError, type Workflow, type WorkflowJob } from "./workflow.js";
import { WorkflowNode } from "./workflow-node.js";

const KEYS = ["name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"];

function readYaml(source: string): unknown {
  const document = parseDocument(source, { version: "1.2", prettyErrors: true });
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new WorkflowFileError(`You have an error in your yaml syntax: ${problem.message}`);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new WorkflowFileError(error instanceof Error ? error.message : String(error));
  }
}

/** Jobs after the jobs they need; a need that is missing or circular is refused. */
function orderJobs(jobs: readonly WorkflowJob[]): readonly WorkflowJob[] {
  const ordered = new Map<string, WorkflowJob>();
  const keys = new Set(jobs.map((job) => job.key));
  for (const job of jobs) {
    const unknown = job.needs.find((need) => !keys.has(need));
    if (unknown !== undefined) {
      throw new WorkflowFileError(`jobs.${job.key}: Job '${job.key}' depends on unknown job '${unknown}'`);
    }
  }
  while (ordered.size < jobs.length) {
    const next = jobs.find((job) => !ordered.has(job.key) && job.needs.every((need) => ordered.has(need)));
    if (next === undefined) throw new WorkflowFileError("jobs: The workflow's 'needs' form a circle");
    ordered.set(next.key, next);
  }
  return [...ordered.values()];
}

/**
 * Reads a workflow file.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
 * @throws WorkflowFileError for what GitHub calls an invalid workflow file, and for what this runner cannot do
 */
export function parseWorkflow(source: string): Workflow {
  const root = new WorkflowNode(readYaml(source), "");
  if (!root.isMap) throw new WorkflowFileError("The file is not a mapping");
  const field = root.fields(KEYS);
  const jobs = field("jobs")
    .entries()
    .map(([key, node]) => parseJob(key, node));
  if (jobs.length === 0) throw new WorkflowFileError("jobs: No jobs defined in `jobs`");
  return {
    name: field("name").optionalText(),
    runName: field("run-name").optionalText(),
    triggers: parseTriggers(field("on")),
    permissions: parsePermissions(field("permissions")),
    env: field("env").textMap(),
    defaults: parseDefaults(field("defaults")),
    concurrency: parseConcurrency(field("concurrency")),
    jobs: orderJobs(jobs),
  };
}
