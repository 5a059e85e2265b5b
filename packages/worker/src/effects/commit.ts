import type { CommitParams } from "@pulsekeep/contracts/worker-protocol";
import { formatCommitDate } from "../commit-date.js";
import { apiPath, type GitHubAnswer } from "../github-client.js";
import { getText, readGitHubJson } from "../github-json.js";
import { RunFault } from "../run-fault.js";
import type { EffectContext, EffectResult } from "./effect.js";
import { listPulseCommits, OLDEST_COMMIT_DAYS, RUN_TRAILER } from "./pulse-history.js";
import { readTextFile } from "./read-text-file.js";

const ATTEMPTS = 4;
const DAY_MS = 24 * 3600_000;
const MAX_AHEAD_MS = 10 * 60_000;

/**
 * Makes one commit through GitHub's git data API, at most once per run.
 *
 * The run's trailer is looked for first. The commit is deterministic (tree, parent, people, dates, message), so
 * the same attempt gives the same SHA, and the branch is moved without force, so it only ever moves on from the
 * parent that was looked at. When nobody knows whether a move happened, the history is read again.
 */
export async function commit(context: EffectContext, params: CommitParams): Promise<EffectResult> {
  requireRecent(context.now(), params.authoredAt);
  const git = `/repos${apiPath(params.owner, params.repo)}/git`;
  let proposed: string | undefined;
  let isUnclear = false;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const head = await getHead(context, git, params.branch);
    const pulses = await readHistory(context, { ...params, head }, isUnclear);
    const done = pulses.find((pulse) => pulse.runId === context.runId);
    if (done !== undefined) {
      return done.sha === proposed
        ? { outcome: "succeeded", commitSha: done.sha, facts: null }
        : { outcome: "already_done", commitSha: done.sha };
    }
    isUnclear = false;
    const day = params.authoredAt.slice(0, 10);
    if (pulses.filter((pulse) => pulse.day === day).length >= context.allow.dailyCaps.commit) {
      throw new RunFault("refused", "daily_cap_reached", "allow.json allows no more commits on this day");
    }
    proposed = await createCommit(context, { git, head, params });
    context.requireFresh();
    const path = `${git}/refs/heads${apiPath(...params.branch.split("/"))}`;
    const body = { sha: proposed, force: false };
    const moved = await context.github({ method: "PATCH", path, body, repeatable: false });
    if (moved.kind === "ok") return { outcome: "succeeded", commitSha: proposed, facts: null };
    if (moved.kind === "missing") throw new RunFault("failed", "target_not_found", "the branch");
    isUnclear = moved.kind === "unclear";
  }
  if (isUnclear)
    throw new RunFault("unknown", "github_unavailable", "nobody knows whether the branch was moved");
  throw new RunFault("failed", "branch_moved", `the branch moved ${ATTEMPTS} times meanwhile`);
}

function requireRecent(now: Date, authoredAt: string): void {
  const ageMs = now.getTime() - Date.parse(authoredAt);
  if (ageMs > OLDEST_COMMIT_DAYS * DAY_MS || ageMs < -MAX_AHEAD_MS) {
    throw new RunFault("refused", "invalid_params", "the commit's date is too far from now");
  }
}

async function getHead(context: EffectContext, git: string, branch: string): Promise<string> {
  const path = `${git}/ref/heads${apiPath(...branch.split("/"))}`;
  const answer = await context.github({ method: "GET", path, repeatable: true });
  return getText(readGitHubJson(requireOk(answer, "the branch")), "object", "sha");
}

async function readHistory(
  context: EffectContext,
  target: { owner: string; repo: string; head: string },
  isUnclear: boolean,
) {
  try {
    return await listPulseCommits(context, target);
  } catch (fault) {
    if (isUnclear && fault instanceof RunFault) throw new RunFault("unknown", fault.code, fault.message);
    throw fault;
  }
}

async function createCommit(
  context: EffectContext,
  { git, head, params }: { git: string; head: string; params: CommitParams },
): Promise<string> {
  const parentPath = `${git}/commits/${head}`;
  const parent = requireOk(
    await context.github({ method: "GET", path: parentPath, repeatable: true }),
    "the parent",
  );
  const entry = {
    path: params.path,
    mode: "100644",
    type: "blob",
    content: await renderContent(context, params, head),
  };
  const tree = await post(context, `${git}/trees`, {
    base_tree: getText(readGitHubJson(parent), "tree", "sha"),
    tree: [entry],
  });
  const person = { ...params.author, date: formatDate(params) };
  return post(context, `${git}/commits`, {
    message: `${params.message.trim()}\n\n${RUN_TRAILER}${context.runId}\nAutomated-By: KeepStreak`,
    tree,
    parents: [head],
    author: person,
    committer: person,
  });
}

async function renderContent(context: EffectContext, params: CommitParams, head: string): Promise<string> {
  if (params.mode === "replace") return params.content;
  const before = await readTextFile(context, { ...params, head });
  return [before, params.content]
    .filter((text) => text !== "")
    .map(endLine)
    .join("");
}

function endLine(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

function formatDate({ authoredAt, timeZone }: CommitParams): string {
  try {
    return formatCommitDate(new Date(authoredAt), timeZone);
  } catch {
    throw new RunFault("refused", "invalid_params", "the time zone is unknown");
  }
}

/** Writes a git object, which nobody sees until a branch points to it; gives its SHA. */
async function post(context: EffectContext, path: string, body: object): Promise<string> {
  const answer = await context.github({ method: "POST", path, body, repeatable: true });
  return getText(readGitHubJson(requireOk(answer, path.slice(path.lastIndexOf("/") + 1))), "sha");
}

function requireOk(answer: GitHubAnswer, what: string): Uint8Array {
  if (answer.kind === "ok") return answer.bytes;
  throw new RunFault("failed", answer.kind === "missing" ? "target_not_found" : "target_denied", what);
}
