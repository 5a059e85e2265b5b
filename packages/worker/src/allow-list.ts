import type { CommitParams, KeepaliveParams, PulseKind } from "@pulsekeep/contracts/worker-protocol";
import { isPlainObject, parseStrictJson } from "@pulsekeep/signing";
import type { Action } from "./action.js";

/** The user's own bounds on what this worker does, whoever asks. */
export interface AllowList {
  kinds: readonly PulseKind[];
  /** `owner/name`. */
  repositories: readonly string[];
  /** Folder that commits may write to, without slashes at its ends. */
  dataFolder: string;
  /** File names of workflows that may be touched, each with patterns of the inputs it may be given. */
  workflows: Readonly<Record<string, { inputs: Readonly<Record<string, string>> }>>;
  dailyCaps: { commit: number };
}

const KINDS = ["verify", "commit", "keepalive", "dispatch", "rollback", "update"];
const REPOSITORY = /^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/;
const FOLDER = /^[A-Za-z0-9_][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;
const DATA_FILE = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)+[A-Za-z0-9_][A-Za-z0-9._-]*\.(?:md|txt|log|csv|json)$/;
const FIELDS = ["version", "kinds", "repositories", "dataFolder", "workflows", "dailyCaps"];

/** Reads `allow.json`. Anything unknown in it is a mistake of its author, so nothing of it is obeyed. */
export function parseAllowList(bytes: Uint8Array): AllowList | undefined {
  const parsed = parseStrictJson(bytes);
  if (!parsed.ok) return undefined;
  const { version, kinds, repositories, dataFolder, workflows, dailyCaps } = parsed.value;
  if (version !== 1 || Object.keys(parsed.value).some((name) => !FIELDS.includes(name))) return undefined;
  if (!isListOf(kinds, (kind) => KINDS.includes(kind))) return undefined;
  if (!isListOf(repositories, (name) => REPOSITORY.test(name))) return undefined;
  if (typeof dataFolder !== "string" || !FOLDER.test(dataFolder)) return undefined;
  if (!isWorkflows(workflows) || !isCaps(dailyCaps)) return undefined;
  return { kinds: kinds as PulseKind[], repositories, dataFolder, workflows, dailyCaps };
}

/** Why the allow-list forbids an action; `undefined` when it allows it. */
export function findForbidden(allow: AllowList, action: Action): string | undefined {
  if (!allow.kinds.includes(action.kind)) return `allow.json does not name the kind ${action.kind}`;
  if (action.kind === "verify") return undefined;
  const target = `${action.params.owner}/${action.params.repo}`.toLowerCase();
  if (!allow.repositories.some((name) => name.toLowerCase() === target)) {
    return "allow.json does not name this repository";
  }
  return action.kind === "commit"
    ? findForbiddenPath(allow, action.params)
    : findForbiddenWorkflow(allow, action.params);
}

function findForbiddenPath(allow: AllowList, { path }: CommitParams): string | undefined {
  // Checked here again although the parameters were parsed: this is the last line before the write.
  const isData = DATA_FILE.test(path) && path.startsWith(`${allow.dataFolder}/`);
  return isData ? undefined : `commits may only write text files below ${allow.dataFolder}/`;
}

function findForbiddenWorkflow(allow: AllowList, { workflows }: KeepaliveParams): string | undefined {
  const isNamed = workflows.every((file) => Object.hasOwn(allow.workflows, file));
  return isNamed ? undefined : "allow.json does not name this workflow";
}

function isListOf(value: unknown, isGood: (text: string) => boolean): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string" && isGood(entry));
}

function isWorkflows(value: unknown): value is AllowList["workflows"] {
  return (
    isPlainObject(value) &&
    Object.values(value).every((entry) => {
      if (!isPlainObject(entry) || Object.keys(entry).join() !== "inputs" || !isPlainObject(entry["inputs"]))
        return false;
      return Object.values(entry["inputs"]).every((pattern) => typeof pattern === "string");
    })
  );
}

function isCaps(value: unknown): value is AllowList["dailyCaps"] {
  if (!isPlainObject(value) || Object.keys(value).join() !== "commit") return false;
  const { commit } = value;
  return Number.isSafeInteger(commit) && (commit as number) >= 0;
}
