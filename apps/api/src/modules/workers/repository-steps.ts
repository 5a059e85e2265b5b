import { ALLOW_LIST_PATH, isMarker, MARKER_PATH, WORKFLOW_PATH } from "@pulsekeep/worker";
import sodium from "libsodium-wrappers";
import { z } from "zod";
import { expectSuccess, type GitHubClient, parseAnswer } from "./github-client.js";
import { GitHubError } from "./github-error.js";
import { type GitHubAnswer, toGitHubError } from "./github-refusal.js";
import { renderWorkerFiles } from "./render-worker-files.js";

export const DEFAULT_REPOSITORY_NAME = "keepstreak-pulse";
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

type Wanted = {
  name: string;
  /** What earlier attempts of this very worker made, as far as they heard of it. */
  knownIds: readonly number[];
  since: Date;
  /** Where other workers of the same workspace live. */
  takenIds: readonly number[];
};

/**
 * Creates the private repository. One of that name that exists is adopted only when it is ours: it carries
 * the worker's marker, or an earlier attempt of this very worker created it (perhaps without hearing of it:
 * GitHub's answer may have got lost).
 */
export async function ensureRepository(
  github: GitHubClient,
  owner: Owner,
  wanted: Wanted,
): Promise<Repository> {
  const answer = await github.ask("POST", "/user/repos", {
    name: wanted.name,
    description: DESCRIPTION,
    private: true,
    auto_init: true,
    has_issues: false,
    has_projects: false,
    has_wiki: false,
  });
  if (answer.status === 201) return toRepository(parseAnswer(repositorySchema, answer.body), true);
  const path = `/repos/${owner.login}/${wanted.name}`;
  const found = answer.status === 422 ? await github.find(path) : undefined;
  if (found === undefined) throw toCreationError(answer);
  const existing = parseAnswer(repositorySchema, found);
  const repository = existing.full_name;
  if (wanted.takenIds.includes(existing.id))
    throw new GitHubError("repository_in_use", { facts: { repository } });
  if (!isOwnAttempt(existing, wanted) && !(await carriesMarker(github, path)))
    throw new GitHubError("repository_name_taken", { status: 422, facts: { repository } });
  if (!existing.private) throw new GitHubError("repository_not_private", { facts: { repository } });
  return toRepository(existing, false);
}

/** The repository that the worker is bound to, by its id: another one of that name is not it. */
export async function findBoundRepository(
  github: GitHubClient,
  owner: Owner,
  bound: { id: number; ownerId: number; fullName: string },
): Promise<Repository> {
  const facts = { repository: bound.fullName };
  if (owner.id !== bound.ownerId) throw new GitHubError("account_differs", { facts });
  const found = await github.find(`/repos/${bound.fullName}`);
  const existing = found === undefined ? undefined : parseAnswer(repositorySchema, found);
  if (existing?.id !== bound.id) throw new GitHubError("repository_gone", { facts });
  return toRepository(existing, false);
}

/** What GitHub says to this request alone: the account may not create private repositories. */
function toCreationError(answer: GitHubAnswer): GitHubError {
  const error = toGitHubError(answer, new Date());
  return error.code === "github_forbidden" || answer.status === 422
    ? new GitHubError("repository_creation_forbidden", { status: answer.status, detail: error.message })
    : error;
}

const isOwnAttempt = (found: z.infer<typeof repositorySchema>, { knownIds, since }: Wanted): boolean =>
  knownIds.includes(found.id) ||
  (found.description === DESCRIPTION && Date.parse(found.created_at) > since.getTime() - CLOCKS_DIFFER_MS);

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
  const { files } = renderWorkerFiles({ ...worker, repository: repository.fullName });
  if (keepsBounds) delete files[ALLOW_LIST_PATH];
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
    if (!mayBeTooEarly(answer)) expectSuccess(answer);
    await github.pause(300 * attempt);
  }
  throw new GitHubError("workflow_not_registered");
}

/** What GitHub also says of a workflow that it does not know yet, unless it names another reason. */
const mayBeTooEarly = (answer: GitHubAnswer): boolean =>
  answer.status === 404 ||
  (answer.status === 422 && toGitHubError(answer, new Date()).code === "github_unexpected");
