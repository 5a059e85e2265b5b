import type { JobPermissions, PermissionLevel } from "../runner-host.js";
import type { Concurrency, RunDefaults } from "./workflow.js";
import type { WorkflowNode } from "./workflow-node.js";

const SCOPES = (
  "actions artifact-metadata attestations checks contents deployments discussions id-token issues models " +
  "packages pages pull-requests repository-projects security-events statuses"
).split(" ");
const LEVELS: readonly PermissionLevel[] = ["read", "write", "none"];

/** What a job gets that asks for nothing, in repositories made since February 2023. */
export const DEFAULT_PERMISSIONS: JobPermissions = { contents: "read", packages: "read", metadata: "read" };

function allScopes(level: PermissionLevel): JobPermissions {
  const scopes = SCOPES.filter((scope) => level === "write" || scope !== "id-token");
  return Object.fromEntries([["metadata", "read"], ...scopes.map((scope) => [scope, level])]);
}

/**
 * A scope that is left out of the mapping is `none`, except `metadata`, which is always `read`.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions
 */
export function parsePermissions(node: WorkflowNode): JobPermissions | undefined {
  if (node.isMissing) return undefined;
  if (!node.isMap) {
    const text = node.text();
    if (text !== "read-all" && text !== "write-all") throw node.refuse(`Unexpected value '${text}'`);
    return allScopes(text === "read-all" ? "read" : "write");
  }
  const granted = node.entries().map(([scope, value]): [string, PermissionLevel] => {
    if (!SCOPES.includes(scope)) throw node.refuse(`Unexpected value '${scope}'`);
    const text = value.text();
    const level = LEVELS.find((candidate) => candidate === text);
    if (level === undefined) throw value.refuse(`Unexpected value '${text}'`);
    return [scope, level];
  });
  return { metadata: "read", ...Object.fromEntries(granted.filter(([, level]) => level !== "none")) };
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#defaultsrun */
export function parseDefaults(node: WorkflowNode): RunDefaults {
  const field = node.fields(["run"])("run").fields(["shell", "working-directory"]);
  return {
    shell: field("shell").optionalText(),
    workingDirectory: field("working-directory").optionalText(),
  };
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#concurrency */
export function parseConcurrency(node: WorkflowNode): Concurrency | undefined {
  if (node.isMissing) return undefined;
  if (!node.isMap) return { group: node.text(), cancelInProgress: "false" };
  const field = node.fields(["group", "cancel-in-progress"]);
  return {
    group: field("group").text(),
    cancelInProgress: field("cancel-in-progress").optionalText() ?? "false",
  };
}
