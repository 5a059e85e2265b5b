import { apiPath } from "../github-client.js";
import { getJson, getText } from "../github-json.js";
import { fail } from "../run-fault.js";
import type { EffectContext } from "./effect.js";

/** The line in a commit's message that names its run: the mark against doing a run twice. */
export const RUN_TRAILER = "Pulse-Run: ";

/** How old a commit may be that the worker is asked to make, in days. */
export const OLDEST_COMMIT_DAYS = 7;

const TRAILER_LINE = /^Pulse-Run: (.*?)\s*$/m;
const PER_PAGE = 100;
const MAX_PAGES = 5;
export const DAY_MS = 24 * 3600_000;

/** Commits that workers made on a branch lately, the newest first. */
export interface PulseCommit {
  sha: string;
  runId: string;
  /** `YYYY-MM-DD` in UTC. */
  day: string;
}

/**
 * Lists the commits of pulses reachable from `head`, far enough back to hold every run that may still be asked
 * for: a page, unless the branch is busy.
 */
export async function listPulseCommits(
  context: EffectContext,
  target: { owner: string; repo: string; head: string },
): Promise<PulseCommit[]> {
  const horizon = context.around.now().getTime() - (OLDEST_COMMIT_DAYS + 1) * DAY_MS;
  const found: PulseCommit[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query = `?sha=${target.head}&per_page=${PER_PAGE}&page=${page}`;
    const path = `/repos${apiPath(target.owner, target.repo)}/commits${query}`;
    const commits = await getJson(context.github, path, "the branch's history");
    if (!Array.isArray(commits)) return fail("github_unavailable", "the branch's history");
    let newestAt = 0;
    for (const commit of commits as unknown[]) {
      const date = getText(commit, "commit", "committer", "date");
      newestAt = Math.max(newestAt, Date.parse(date));
      const [, runId] = TRAILER_LINE.exec(getText(commit, "commit", "message")) ?? [];
      if (runId !== undefined) found.push({ sha: getText(commit, "sha"), runId, day: date.slice(0, 10) });
    }
    if (commits.length < PER_PAGE || newestAt < horizon) break;
  }
  return found;
}
