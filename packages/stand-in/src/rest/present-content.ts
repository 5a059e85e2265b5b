import type { StandInUrls } from "../context.js";
import type { TreeEntry } from "../git/git-repository.js";
import type { OpenRepository } from "../http/access.js";
import { notFound } from "../http/github-error.js";
import type { Repository } from "../store/repository-store.js";
import { repositoryApiUrl, repositoryWebUrl } from "./present-repository.js";

export interface ContentAddress {
  readonly path: string;
  readonly commit: string;
  readonly branch: string;
  readonly urls: StandInUrls;
}

/** A directory is an array of its entries, a file one object with its content. */
export async function presentContent(opened: OpenRepository, address: ContentAddress): Promise<unknown> {
  const { git, repository } = opened;
  if (address.path === "")
    return presentDirectory(repository, await git.listEntries(address.commit), address);
  const entry = await git.findEntry(address.commit, address.path);
  if (!entry) throw notFound("rest/repos/contents#get-repository-content");
  if (entry.type === "tree") {
    const entries = await git.listEntries(entry.sha);
    return presentDirectory(
      repository,
      entries.map((child) => ({ ...child, path: `${address.path}/${child.path}` })),
      address,
    );
  }
  const content = await git.readObject(entry.sha, "blob");
  // GitHub breaks the text after each 60 characters, which strict decoders stumble over.
  const lines = content.toString("base64").match(/.{1,60}/g) ?? [];
  return {
    ...presentEntry(repository, entry, address),
    content: lines.map((line) => `${line}\n`).join(""),
    encoding: "base64",
  };
}

/** The file as the answer to a write shows it: without its content. */
export async function presentFile(opened: OpenRepository, address: ContentAddress): Promise<unknown> {
  const entry = await opened.git.findEntry(address.commit, address.path);
  return entry ? presentEntry(opened.repository, entry, address) : null;
}

function presentDirectory(
  repository: Repository,
  entries: readonly TreeEntry[],
  address: ContentAddress,
): unknown[] {
  return entries.map((entry) => presentEntry(repository, entry, address));
}

function presentEntry(
  repository: Repository,
  entry: TreeEntry,
  address: ContentAddress,
): Record<string, unknown> {
  const { urls, branch } = address;
  const api = repositoryApiUrl(repository, urls);
  const kind = entry.type === "tree" ? "tree" : "blob";
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const self = `${api}/contents/${path}?ref=${encodeURIComponent(branch)}`;
  const html = `${repositoryWebUrl(repository, urls)}/${kind}/${branch}/${path}`;
  const git = `${api}/git/${kind}s/${entry.sha}`;
  return {
    name: entry.path.split("/").at(-1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url: null,
    type: entry.type === "tree" ? "dir" : entry.mode === "120000" ? "symlink" : "file",
    _links: { self, git, html },
  };
}
