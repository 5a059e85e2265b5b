import { DEFAULT_CAPS } from "../allow-list.js";
import { apiPath } from "../github-client.js";
import { getJson, getText, listOf } from "../github-json.js";
import { fail, refuse } from "../run-fault.js";
import type { EffectContext } from "./effect.js";
import { repositoryPath } from "./get-repository.js";

export type MarkedKind = "dispatch" | "rollback";

/** The name of a mark without `refs/`: folder, day in UTC, kind, run. */
type RunMark = string;

const FOLDER = "tags/keepstreak-run/";
/** After 30 days no server offers a run again. */
const KEPT_MS = 30 * 86_400_000;

/**
 * Takes the one mark of a run: a tag in the worker's own repository, made before what cannot be found again once it
 * is done. `undefined` when the mark is there already, whoever made it.
 */
export async function takeMark(context: EffectContext, kind: MarkedKind): Promise<RunMark | undefined> {
  const { github, runId } = context;
  const own = repositoryPath(context.config.repository);
  const list = async () => {
    const refs = await getJson(github, `${own}/git/matching-refs/${FOLDER}`, "the tags of runs");
    return listOf(refs).map((ref) => getText(ref, "ref").slice("refs/".length));
  };
  const isOurs = (mark: RunMark) => mark.endsWith(`/${runId}`);
  const before = await list();
  if (before.some(isOurs)) return undefined;
  const now = context.around.now();
  const today = `${FOLDER}${dayOf(now)}/${kind}/`;
  const most = context.allow.dailyCaps[kind] ?? DEFAULT_CAPS[kind];
  if (before.filter((mark) => mark.startsWith(today)).length >= most)
    refuse("daily_cap_reached", `allow.json allows no more of ${kind} on this day`);
  const mark = `${today}${runId}`;
  // A tag needs a commit, and the newest is at hand.
  const [newest] = listOf(await getJson(github, `${own}/commits?per_page=1`, "the worker's history"));
  const body = { ref: `refs/${mark}`, sha: getText(newest, "sha") };
  context.requireFresh();
  const made = await github({ method: "POST", path: `${own}/git/refs`, body, once: true });
  // Looked at again, because around midnight two of one run would have different names.
  const after = (await list()).filter(isOurs);
  if (after.length === 0) fail("target_denied", "the run's tag could not be made");
  if (made.kind !== "ok" || after.length > 1) return undefined;
  const oldest = `${FOLDER}${dayOf(new Date(now.getTime() - KEPT_MS))}`;
  for (const old of before.filter((name) => name < oldest).slice(0, 5)) await dropMark(context, old);
  return mark;
}

/** Takes a mark back, after what it stands for was certainly not done. */
export async function dropMark(context: EffectContext, mark: RunMark): Promise<void> {
  const path = `${repositoryPath(context.config.repository)}/git/refs${apiPath(...mark.split("/"))}`;
  try {
    await context.github({ method: "DELETE", path, once: true });
  } catch {
    // It stays; another try of the run then ends as unknown, which is safe.
  }
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
