import { type AllowList, parseAllowList } from "./allow-list.js";
import { apiPath, type GitHub } from "./github-client.js";
import { findField, getJson, getText, listOf } from "./github-json.js";
import { refuse } from "./run-fault.js";

/**
 * Reads the user's bounds at the default branch, where only the user's own commits put them. It must be a file of
 * its own: through a link, GitHub would show another one, which a commit might reach.
 *
 * @throws RunFault when there is none that can be obeyed
 */
export async function readAllowList(github: GitHub, repository: string): Promise<AllowList> {
  const own = `/repos${apiPath(...repository.split("/"))}`;
  const files = listOf(await getJson(github, `${own}/contents`, "the worker's files"));
  const entry = files.find((file) => findField(file, "name") === "allow.json");
  if (findField(entry, "type") !== "file") return refuse("allow_list_unreadable", "allow.json is no file");
  const blob = await getJson(github, `${own}/git/blobs${apiPath(getText(entry, "sha"))}`, "allow.json");
  const allow = parseAllowList(Buffer.from(getText(blob, "content"), "base64"));
  return allow ?? refuse("allow_list_unreadable", "allow.json is malformed");
}
