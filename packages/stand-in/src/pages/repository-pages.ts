import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { StandInContext } from "../context.js";
import { type Commit, findCommit } from "../git/commit.js";
import type { GitRepository } from "../git/git-repository.js";
import { listChangedFiles, listHistory } from "../git/history.js";
import { isoSeconds } from "../store/row.js";
import type { Repository } from "../store/repository-store.js";
import { Html, html, page } from "./html.js";
import { findSignedIn } from "./web-session.js";

interface PageRoute {
  Params: { owner: string; repo: string; sha: string; "*": string };
}

const COMMITS_SHOWN = 50;
const README_CHARACTERS = 20_000;

/** Small pages for people: a repository, a file, a commit. Private ones for their owner only. */
export function repositoryPages(app: FastifyInstance, context: StandInContext): void {
  app.get<PageRoute>("/:owner/:repo", async (request, reply) => {
    const opened = openForPage(context, request, request.params);
    if (!opened) return notFoundPage(request, reply);
    const { repository, git } = opened;
    const branch = await git.getDefaultBranch();
    const head = await git.findBranchHead(branch);
    const body = head
      ? await repositoryBody(git, { repository, branch, head })
      : html`<p>This repository is empty.</p>`;
    return send(reply, `${repository.owner}/${repository.name}`, html`${title(repository)}${body}`);
  });

  app.get<PageRoute>("/:owner/:repo/commit/:sha", async (request, reply) => {
    const opened = openForPage(context, request, request.params);
    const sha = opened && (await opened.git.findCommit(request.params.sha));
    const commit = sha && (await findCommit(opened.git, sha));
    if (!opened || !commit) return notFoundPage(request, reply);
    const files = await listChangedFiles(opened.git, commit.sha);
    const body = html`${title(opened.repository)}
<h2>${firstLine(commit.message)}</h2>
<pre>${commit.message.split("\n").slice(1).join("\n").trim()}</pre>
<table>
<tr><th scope="row">Author</th><td>${commit.author.name} &lt;${commit.author.email}&gt;</td></tr>
<tr><th scope="row">Date</th><td>${isoSeconds(commit.author.atSeconds * 1000)}</td></tr>
<tr><th scope="row">Commit</th><td><code>${commit.sha}</code></td></tr>
</table>
${files.map((file) => html`<h3><code>${file.path}</code> (${file.status})</h3><pre>${file.patch}</pre>`)}`;
    return send(reply, firstLine(commit.message), body);
  });

  app.get<PageRoute>("/:owner/:repo/blob/*", async (request, reply) => {
    const opened = openForPage(context, request, request.params);
    const [branch = "", ...rest] = request.params["*"].split("/");
    const path = rest.join("/");
    const head = opened && (await opened.git.findCommit(branch));
    const entry = head && path ? await opened.git.findEntry(head, path) : undefined;
    if (!opened || entry?.type !== "blob") return notFoundPage(request, reply);
    const content = (await opened.git.readObject(entry.sha, "blob")).toString();
    return send(
      reply,
      path,
      html`${title(opened.repository)}<h2><code>${path}</code></h2><pre>${content}</pre>`,
    );
  });
}

/** Undefined when there is no such repository or this browser's user may not see it. */
export function openForPage(
  context: StandInContext,
  request: FastifyRequest,
  { owner, repo }: { owner: string; repo: string },
): { repository: Repository; git: GitRepository } | undefined {
  const repository = context.store.repositories.find(owner, repo.replace(/\.git$/i, ""));
  if (!repository) return undefined;
  if (repository.private && findSignedIn(context, request)?.id !== repository.ownerId) return undefined;
  return { repository, git: context.git.open(repository) };
}

export function title(repository: Repository): Html {
  const name = `${repository.owner}/${repository.name}`;
  return html`<h1><a href="/${name}">${name}</a></h1>
<p>${repository.private ? "Private" : "Public"} · <a href="/${name}/actions">Actions</a></p>`;
}

export function send(reply: FastifyReply, heading: string, body: Html): FastifyReply {
  return reply.type("text/html; charset=utf-8").send(page(heading, body));
}

/** As on GitHub, a private repository and a missing one look the same. */
export function notFoundPage(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const login = `/login?return_to=${encodeURIComponent(request.url)}`;
  reply.code(404);
  return send(
    reply,
    "Not found",
    html`<h1>Not found</h1><p>There is no such page, or it is private. <a href="${login}">Sign in</a> as its owner to see it.</p>`,
  );
}

async function repositoryBody(
  git: GitRepository,
  { repository, branch, head }: { repository: Repository; branch: string; head: string },
): Promise<Html> {
  const name = `${repository.owner}/${repository.name}`;
  const entries = await git.listEntries(head, { recursive: true });
  const files = entries.filter((entry) => entry.type === "blob");
  const shas = await listHistory(git, { from: head, skip: 0, limit: COMMITS_SHOWN });
  const commits = await Promise.all(shas.map((sha) => findCommit(git, sha)));
  const readme = files.find((file) => /^readme\.md$/i.test(file.path));
  const text = readme ? (await git.readObject(readme.sha, "blob")).toString() : undefined;
  return html`<h2>Files on <code>${branch}</code></h2>
<ul>${files.map((file) => html`<li><a href="/${name}/blob/${branch}/${file.path}"><code>${file.path}</code></a></li>`)}</ul>
<h2>Commits</h2>
<table>${commits.flatMap((commit) => (commit ? [commitRow(name, commit)] : []))}</table>
${text === undefined ? null : html`<h2>README</h2><pre>${text.slice(0, README_CHARACTERS)}</pre>`}`;
}

function commitRow(name: string, commit: Commit): Html {
  return html`<tr>
<td><a href="/${name}/commit/${commit.sha}"><code>${commit.sha.slice(0, 7)}</code></a></td>
<td>${firstLine(commit.message)}</td>
<td>${commit.author.name} &lt;${commit.author.email}&gt;</td>
<td>${isoSeconds(commit.author.atSeconds * 1000)}</td>
</tr>`;
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? "";
}
