import { isCronLine } from "../scheduling/cron-line.js";
import type { DispatchInput, WorkflowTriggers } from "./workflow.js";
import type { WorkflowNode } from "./workflow-node.js";

const INPUT_TYPES = ["string", "boolean", "choice", "number", "environment"] as const;
const NOT_EMITTED = new Set(
  (
    "branch_protection_rule check_run check_suite create delete deployment deployment_status discussion " +
    "discussion_comment fork gollum issue_comment issues label merge_group milestone page_build public " +
    "pull_request pull_request_review pull_request_review_comment pull_request_target registry_package " +
    "release status watch workflow_call workflow_run"
  ).split(" "),
);

function parseInput(node: WorkflowNode): DispatchInput {
  const field = node.fields(["description", "type", "required", "default", "options", "deprecationMessage"]);
  const given = field("type").optionalText() ?? "string";
  const type = INPUT_TYPES.find((candidate) => candidate === given);
  if (type === undefined) throw field("type").refuse(`Unexpected value '${given}'`);
  const options = field("options").texts();
  if (type === "choice" && options.length === 0) throw node.refuse("'options' is required for type 'choice'");
  return {
    type,
    required: field("required").optionalText() === "true",
    default: field("default").optionalText(),
    options,
  };
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onschedule */
function parseSchedule(node: WorkflowNode): readonly string[] {
  return node.items().map((item) => {
    const field = item.fields(["cron"], ["timezone"]);
    const cron = field("cron").text();
    if (!isCronLine(cron)) throw field("cron").refuse(`Invalid cron expression: '${cron}'`);
    return cron;
  });
}

function parsePush(node: WorkflowNode): readonly string[] {
  const unsupported = ["paths", "paths-ignore", "branches-ignore", "tags", "tags-ignore"];
  return node.fields(["branches"], unsupported)("branches").texts();
}

function eventNodes(on: WorkflowNode): ReadonlyMap<string, WorkflowNode | undefined> {
  return on.isMap ? new Map(on.entries()) : new Map(on.texts().map((name) => [name, undefined]));
}

function refuseUnknownEvents(on: WorkflowNode, names: Iterable<string>): void {
  const known = new Set(["schedule", "workflow_dispatch", "repository_dispatch", "push", ...NOT_EMITTED]);
  for (const name of names) if (!known.has(name)) throw on.refuse(`Unexpected value '${name}'`);
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows */
export function parseTriggers(on: WorkflowNode): WorkflowTriggers {
  const events = eventNodes(on);
  if (events.size === 0) throw on.refuse("No event triggers defined in `on`");
  refuseUnknownEvents(on, events.keys());
  const schedule = events.get("schedule");
  if (events.has("schedule") && schedule === undefined)
    throw on.refuse("'schedule' needs a list of cron lines");
  const inputs = events.get("workflow_dispatch")?.fields(["inputs"])("inputs").entries() ?? [];
  const types = events.get("repository_dispatch")?.fields(["types"])("types").texts() ?? [];
  const push = events.get("push");
  return {
    schedule: schedule === undefined ? [] : parseSchedule(schedule),
    dispatchInputs: events.has("workflow_dispatch")
      ? Object.fromEntries(inputs.map(([name, node]) => [name, parseInput(node)]))
      : undefined,
    repositoryDispatchTypes: events.has("repository_dispatch") ? types : undefined,
    pushBranches: events.has("push") ? (push === undefined ? [] : parsePush(push)) : undefined,
  };
}
