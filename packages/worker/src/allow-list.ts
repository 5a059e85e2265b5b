import type { PulseKind } from "@pulsekeep/contracts/worker-protocol";
import { parseStrictJson } from "@pulsekeep/signing";
import type { Action } from "./action.js";
import { type Check, hasShape, listOf, recordOf, text } from "./check.js";
import { DATA_FILE } from "./data-file.js";
import { REPOSITORY } from "./repository-name.js";
import { refuse } from "./run-fault.js";
import { WORKFLOW_PATH } from "./workflow-path.js";
import { startOf } from "./workflow-start.js";

/** The user's own bounds on what this worker does, whoever asks. */
export interface AllowList {
  kinds: readonly PulseKind[];
  /** `owner/name`. */
  repositories: readonly string[];
  /** Branches that commits may go to, by their full names; `null` where the file does not say. */
  branches: readonly string[] | null;
  /** Folder that commits may write to, without slashes at its ends. */
  dataFolder: string;
  /** File names of workflows that may be touched, each with patterns of the inputs it may be given. */
  workflows: Readonly<Record<string, { inputs: Readonly<Record<string, string>> }>>;
  /** Most effects of a kind on one day of UTC. */
  dailyCaps: { commit: number; dispatch?: number; rollback?: number };
  /** What becomes of a signed release: installed, put on a branch for the user to merge, or refused. */
  updates: "auto" | "ask" | "pinned";
}

export const DEFAULT_CAPS = { dispatch: 24, rollback: 3 };

const COUNT: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const MAX_PATTERN = 500;
const SHAPE: Record<keyof AllowList | "version", Check> = {
  version: (value) => value === 1,
  kinds: listOf(text(/^(?:verify|commit|keepalive|dispatch|rollback|update)$/)),
  repositories: listOf(text(REPOSITORY)),
  branches: (value) => value === null || listOf(text(/^/))(value),
  dataFolder: text(/^[A-Za-z0-9_][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/),
  workflows: recordOf(text(/^/), (entry) => hasShape(entry, { inputs: PATTERNS })),
  dailyCaps: (value) =>
    recordOf(text(/^(?:commit|dispatch|rollback)$/), COUNT)(value) &&
    Object.hasOwn(value as object, "commit"),
  updates: text(/^(?:auto|ask|pinned)$/),
};
const PATTERNS = recordOf(text(/^/), (pattern) => compile(pattern) !== undefined);

/** Reads `allow.json`. Anything unknown in it is a mistake of its author, so nothing of it is obeyed. */
export function parseAllowList(bytes: Uint8Array): AllowList | undefined {
  const parsed = parseStrictJson(bytes);
  const value = parsed.ok ? { branches: null, updates: "ask", ...parsed.value } : undefined;
  return hasShape<AllowList & { version: 1 }>(value, SHAPE) ? value : undefined;
}

/**
 * Refuses what the allow-list does not allow.
 *
 * @param own the worker's repository, `owner/name`, and the run that asks
 * @throws RunFault `not_allowed`
 */
export function requireAllowed(
  allow: AllowList,
  action: Action,
  own: { repository: string; runId: string },
): void {
  demand(allow.kinds.includes(action.kind), `allow.json does not name the kind ${action.kind}`);
  if (action.kind === "update") demand(allow.updates !== "pinned", "allow.json pins this release");
  if (action.kind === "verify" || action.kind === "update") return;
  const { params } = action;
  const target = `${params.owner}/${params.repo}`.toLowerCase();
  const isNamed = allow.repositories.some((name) => name.toLowerCase() === target);
  demand(isNamed, "allow.json does not name this repository");
  if (action.kind === "commit") {
    // Checked here again although the parameters were parsed: this is the last line before the write.
    const { path, branch } = action.params;
    demand(allow.branches?.includes(branch) !== false, "allow.json does not name this branch");
    const isData = DATA_FILE.test(path) && path.startsWith(`${allow.dataFolder}/`);
    return demand(isData, `commits may only write text files below ${allow.dataFolder}/`);
  }
  const files = action.kind === "keepalive" ? action.params.workflows : [action.params.workflow];
  const areNamed = files.every((file) => Object.hasOwn(allow.workflows, file));
  demand(areNamed, "allow.json does not name this workflow");
  if (action.kind === "keepalive") return;
  const start = startOf(action, allow, own.runId);
  // A worker that wakes itself would spend its owner's minutes without end.
  const isItself = target === own.repository.toLowerCase() && WORKFLOW_PATH.endsWith(`/${start.workflow}`);
  demand(!isItself, "a worker does not start itself");
  const patterns = allow.workflows[start.workflow]?.inputs ?? {};
  const areFit = Object.entries(start.inputs).every(
    ([name, value]) => Object.hasOwn(patterns, name) && compile(patterns[name])?.test(value),
  );
  demand(areFit, "allow.json does not allow an input, or its value");
}

function demand(isGiven: boolean, otherwise: string): void {
  if (!isGiven) refuse("not_allowed", otherwise);
}

/** The pattern alone must be one, so that none can close the brackets that bind it to the whole text. */
function compile(pattern: unknown): RegExp | undefined {
  if (typeof pattern !== "string" || pattern.length > MAX_PATTERN) return undefined;
  try {
    return new RegExp(`^(?:${new RegExp(pattern, "u").source})$`, "u");
  } catch {
    return undefined;
  }
}
