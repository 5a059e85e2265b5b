import { apiPath } from "../github-client.js";
import { utf8 } from "../github-json.js";
import { fail, refuse } from "../run-fault.js";
import type { EffectContext } from "./effect.js";

const MAX_BYTES = 1024 * 1024;

/** Reads a text file at a commit; the empty text when there is none. Refuses what appending would damage. */
export async function readTextFile(
  context: EffectContext,
  file: { owner: string; repo: string; path: string; head: string },
): Promise<string> {
  const path = `/repos${apiPath(file.owner, file.repo)}/contents${apiPath(...file.path.split("/"))}?ref=${file.head}`;
  const accept = "application/vnd.github.raw+json";
  const answer = await context.github({ path, accept });
  if (answer.kind === "missing") return "";
  if (answer.kind !== "ok") fail("target_denied", "the file to append to");
  if (answer.bytes.length > MAX_BYTES) refuse("not_allowed", "the file is too large");
  try {
    return utf8.decode(answer.bytes);
  } catch {
    refuse("not_allowed", "the file is not text");
  }
}
