import type { CommitParams } from "@pulsekeep/contracts/worker-protocol";
import { formatCommitDate } from "../commit-date.js";
import { fail, refuse, RunFault } from "../run-fault.js";
import { alreadyDone, done, type EffectContext, type EffectResult } from "./effect.js";
import { repositoryPath } from "./get-repository.js";
import { DAY_MS, listPulseCommits, OLDEST_COMMIT_DAYS } from "./pulse-history.js";
import { readTextFile } from "./read-text-file.js";
import { getHead, moveBranch, writeCommit } from "./write-commit.js";

const ATTEMPTS = 4;
const MAX_AHEAD_MS = 10 * 60_000;

/**
 * Makes one commit through GitHub's git data API, at most once per run.
 *
 * The run's trailer is looked for first. The commit is deterministic (tree, parent, people, dates, message), so
 * the same attempt gives the same SHA, and the branch is moved without force, so it only ever moves on from the
 * parent that was looked at. When nobody knows whether a move happened, the history is read again.
 */
export async function commit(context: EffectContext, params: CommitParams): Promise<EffectResult> {
  requireRecent(context.around.now(), params.authoredAt);
  const git = `${repositoryPath(`${params.owner}/${params.repo}`)}/git`;
  let proposed: string | undefined;
  let isUnclear = false;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const head = await getHead(context, git, params.branch);
    const history = listPulseCommits(context, { ...params, head });
    const pulses = await (isUnclear ? history.catch(unclear) : history);
    const before = pulses.find((pulse) => pulse.runId === context.runId);
    if (before !== undefined) {
      return before.sha === proposed ? done(before.sha) : alreadyDone(before.sha);
    }
    isUnclear = false;
    const day = params.authoredAt.slice(0, 10);
    if (pulses.filter((pulse) => pulse.day === day).length >= context.allow.dailyCaps.commit) {
      refuse("daily_cap_reached", "allow.json allows no more commits on this day");
    }
    proposed = await writeCommit(context, {
      git,
      head,
      path: params.path,
      content: await renderContent(context, params, head),
      message: params.message,
      person: { ...params.author, date: formatDate(params) },
    });
    const moved = await moveBranch(context, { git, branch: params.branch, sha: proposed });
    if (moved.kind === "ok") return done(proposed);
    if (moved.kind === "missing") fail("target_not_found", "the branch");
    isUnclear = moved.kind === "unclear";
  }
  if (isUnclear) unclear();
  fail("branch_moved", `the branch moved ${ATTEMPTS} times meanwhile`);
}

function requireRecent(now: Date, authoredAt: string): void {
  const ageMs = now.getTime() - Date.parse(authoredAt);
  if (ageMs > OLDEST_COMMIT_DAYS * DAY_MS || ageMs < -MAX_AHEAD_MS) {
    refuse("invalid_params", "the commit's date is too far from now");
  }
}

function unclear(): never {
  throw new RunFault("unknown", "github_unavailable", "nobody knows whether the branch was moved");
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
    refuse("invalid_params", "the time zone is unknown");
  }
}
