import {
  ALLOW_LIST_PATH,
  isMarker,
  MARKER_PATH,
  readWorkerRelease,
  renderAllowList,
  renderReadme,
  renderWorkflow,
  WORKFLOW_PATH,
} from "@pulsekeep/worker";
import sodium from "libsodium-wrappers";
import { z } from "zod";
import { expectSuccess, type GitHubClient } from "./github-client.js";
import { GitHubError } from "./github-error.js";

const REPOSITORY_NAME = "keepstreak-pulse";
const DESCRIPTION = "KeepStreak worker: runs my pulses with my own token";
/** Between GitHub's clock and ours. */
const CLOCKS_DIFFER_MS = 60_000;
const REGISTER_ATTEMPTS = 10;

const userSchema = z.object({ id: z.number().int(), login: z.string(), name: z.string().nullish() });
const repositorySchema = z.object({
  id: z.number().int(),
  full_name: z.string(),
  private: z.boolean(),
  default_branch: z.string(),
  description: z.string().nullish(),
  created_at: z.iso.datetime(),
  owner: z.object({ id: z.number().int() }),
});
const shaSchema = z.object({ sha: z.string() });
const refSchema = z.object({ object: shaSchema });
const commitSchema = z.object({ sha: z.string(), tree: shaSchema });
const publicKeySchema = z.object({ key_id: z.string(), key: z.string() });
const contentSchema = z.object({ content: z.string(), encoding: z.literal("base64") });

export type Owner = { id: number; login: string; authorName: string; authorEmail: string };
export type Repository = {
  id: number;
  ownerId: number;
  fullName: string;
  defaultBranch: string;
  created: boolean;
};

/** Who consented, and the author whose commits count for them: the account's noreply address. */
export async function readOwner(github: GitHubClient): Promise<Owner> {
  const user = await github.get(userSchema, "/user");
  return {
    id: user.id,
    login: user.login,
    authorName: toAuthorName(user.name) || user.login,
    authorEmail: `${user.id}+${user.login}@users.noreply.github.com`,
  };
}

/** A name as git can write it: no angle brackets, no control characters. */
const toAuthorName = (name: string | null | undefined): string =>
  (name ?? "")
    .replace(/[<>\p{Cc}]/gu, "")
    .trim()
    .slice(0, 100);

/**
 * Creates the private repository. One of that name that exists is adopted only when it is ours: it carries
 * the worker's marker, or an earlier attempt of this very worker created it (perhaps without hearing of it:
 * GitHub's answer may have got lost).
 */
export async function ensureRepository(
  github: GitHubClient,
  owner: Owner,
  worker: { repositoryId: number | null; createdAt: Date },
): Promise<Repository> {
  const answer = await github.ask("POST", "/user/repos", {
    name: REPOSITORY_NAME,
    description: DESCRIPTION,
    private: true,
    auto_init: true,
    has_issues: false,
    has_projects: false,
    has_wiki: false,
  });
  if (answer.status === 201) return toRepository(repositorySchema.parse(answer.body), true);
  if (answer.status !== 422) expectSuccess(answer);
  const path = `/repos/${owner.login}/${REPOSITORY_NAME}`;
  const existing = repositorySchema.parse((await github.call("GET", path)).body);
  if (!isOwnAttempt(existing, worker) && !(await carriesMarker(github, path)))
    throw new GitHubError("repository_name_taken", { status: 422 });
  if (!existing.private) throw new GitHubError("repository_not_private");
  return toRepository(existing, false);
}

const isOwnAttempt = (
  found: z.infer<typeof repositorySchema>,
  worker: { repositoryId: number | null; createdAt: Date },
): boolean =>
  found.id === worker.repositoryId ||
  (found.description === DESCRIPTION &&
    Date.parse(found.created_at) > worker.createdAt.getTime() - CLOCKS_DIFFER_MS);

const toRepository = (found: z.infer<typeof repositorySchema>, created: boolean): Repository => ({
  id: found.id,
  ownerId: found.owner.id,
  fullName: found.full_name,
  defaultBranch: found.default_branch,
  created,
});

async function carriesMarker(github: GitHubClient, path: string): Promise<boolean> {
  const file = contentSchema.safeParse(await github.find(`${path}/contents/${MARKER_PATH}`));
  return file.success && isMarker(Buffer.from(file.data.content, "base64").toString("utf8"));
}

/** Puts the worker's files there in one commit; returns its SHA. A list of bounds that the user wrote stays. */
export async function commitFiles(
  github: GitHubClient,
  repository: Repository,
  worker: { cronMinute: number; serverUrl: string },
): Promise<string> {
  const path = `/repos/${repository.fullName}`;
  const head = (await github.get(refSchema, `${path}/git/ref/heads/${repository.defaultBranch}`)).object.sha;
  const base = await github.get(commitSchema, `${path}/git/commits/${head}`);
  const keepsBounds = (await github.find(`${path}/contents/${ALLOW_LIST_PATH}`)) !== undefined;
  const files: Record<string, string> = {
    "README.md": renderReadme(),
    [MARKER_PATH]: readWorkerRelease().source,
    [WORKFLOW_PATH]: renderWorkflow(worker),
    ...(keepsBounds ? {} : { [ALLOW_LIST_PATH]: renderAllowList({ repository: repository.fullName }) }),
  };
  const tree = await github.post(shaSchema, `${path}/git/trees`, {
    base_tree: base.tree.sha,
    tree: Object.entries(files).map(([name, content]) => ({
      path: name,
      mode: "100644",
      type: "blob",
      content,
    })),
  });
  if (tree.sha === base.tree.sha) return head;
  const commit = await github.post(shaSchema, `${path}/git/commits`, {
    message: "Set up the KeepStreak worker",
    tree: tree.sha,
    parents: [head],
  });
  await github.call("PATCH", `${path}/git/refs/heads/${repository.defaultBranch}`, {
    sha: commit.sha,
    force: false,
  });
  return commit.sha;
}

/** Seals the secrets with the repository's public key (libsodium sealed box) and puts them there. */
export async function putSecrets(
  github: GitHubClient,
  repository: Repository,
  secretsPlain: Record<string, string>,
): Promise<void> {
  await sodium.ready;
  const path = `/repos/${repository.fullName}/actions/secrets`;
  const publicKey = await github.get(publicKeySchema, `${path}/public-key`);
  const key = sodium.from_base64(publicKey.key, sodium.base64_variants.ORIGINAL);
  for (const [name, plain] of Object.entries(secretsPlain)) {
    const sealed = sodium.crypto_box_seal(sodium.from_string(plain), key);
    await github.call("PUT", `${path}/${name}`, {
      encrypted_value: sodium.to_base64(sealed, sodium.base64_variants.ORIGINAL),
      key_id: publicKey.key_id,
    });
  }
}

/** Wakes the workflow once. GitHub may need a moment until it knows a workflow file that was just pushed. */
export async function wakeWorkflow(github: GitHubClient, repository: Repository): Promise<void> {
  const name = WORKFLOW_PATH.split("/").at(-1);
  const path = `/repos/${repository.fullName}/actions/workflows/${name}/dispatches`;
  for (let attempt = 1; attempt <= REGISTER_ATTEMPTS; attempt++) {
    const answer = await github.ask("POST", path, { ref: repository.defaultBranch });
    if (answer.status === 204) return;
    if (answer.status !== 404 && answer.status !== 422) expectSuccess(answer);
    await github.pause(300 * attempt);
  }
  throw new GitHubError("workflow_not_registered");
}
