import { toAuthorName } from "../repository-facts";
import { expectSuccess, type GitHub, GitHubRefusal, readId, readText, toRefusal } from "./browser-github";
import { seal } from "./seal";

const MARKER = "// KeepStreak worker ";
const DESCRIPTION = "KeepStreak worker: runs my pulses with my own token";
const WORKFLOW = "pulse.yml";
const REGISTER_ATTEMPTS = 10;

export type FoundRepository = {
  id: number;
  ownerId: number;
  fullName: string;
  defaultBranch: string;
  made: "created" | "adopted";
};
export type Author = { name: string; email: string };

/** Whose token it is, and the author whose commits count for them. */
export async function readAccount(github: GitHub): Promise<{ login: string; author: Author }> {
  const { body } = expectSuccess(await github("GET", "/user"));
  const login = readText(body, "login");
  const name = typeof body["name"] === "string" ? toAuthorName(body["name"]) : "";
  return {
    login,
    author: { name: name || login, email: `${readId(body, "id")}+${login}@users.noreply.github.com` },
  };
}

/** Creates the private repository, or adopts one of that name that carries the worker's marker. */
export async function ensureRepository(
  github: GitHub,
  { login, name }: { login: string; name: string },
): Promise<FoundRepository> {
  const answer = await github("POST", "/user/repos", {
    name,
    description: DESCRIPTION,
    private: true,
    auto_init: true,
    has_issues: false,
    has_projects: false,
    has_wiki: false,
  });
  if (answer.status === 201) return toRepository(answer.body, "created");
  if (answer.status === 403 && toRefusal(answer).code === "github_forbidden")
    throw new GitHubRefusal("repository_creation_forbidden", 403);
  if (answer.status !== 422) throw toRefusal(answer);
  const path = `/repos/${login}/${name}`;
  const found = await github("GET", path);
  if (found.status !== 200) throw new GitHubRefusal("repository_creation_forbidden", 422);
  if (!(await carriesMarker(github, path))) throw new GitHubRefusal("repository_name_taken", 422);
  if (found.body["private"] !== true) throw new GitHubRefusal("repository_not_private");
  return toRepository(found.body, "adopted");
}

const toRepository = (body: unknown, made: FoundRepository["made"]): FoundRepository => ({
  id: readId(body, "id"),
  ownerId: readId(body, "owner", "id"),
  fullName: readText(body, "full_name"),
  defaultBranch: readText(body, "default_branch"),
  made,
});

async function carriesMarker(github: GitHub, path: string): Promise<boolean> {
  const answer = await github("GET", `${path}/contents/worker.mjs`);
  if (answer.status !== 200) return false;
  return atob(readText(answer.body, "content").replace(/\s/g, "")).startsWith(MARKER);
}

/** Puts the files there in one commit; returns its SHA. Bounds that the user wrote stay. */
export async function commitFiles(
  github: GitHub,
  { fullName, defaultBranch }: FoundRepository,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const path = `/repos/${fullName}`;
  const ask = async (method: string, below: string, body?: object) =>
    expectSuccess(await github(method, `${path}${below}`, body)).body;
  const head = readText(await ask("GET", `/git/ref/heads/${defaultBranch}`), "object", "sha");
  const base = readText(await ask("GET", `/git/commits/${head}`), "tree", "sha");
  const keepsBounds = (await github("GET", `${path}/contents/allow.json`)).status === 200;
  const entries = Object.entries(files).filter(([name]) => !(keepsBounds && name === "allow.json"));
  const tree = readText(
    await ask("POST", "/git/trees", {
      base_tree: base,
      tree: entries.map(([name, content]) => ({ path: name, mode: "100644", type: "blob", content })),
    }),
    "sha",
  );
  if (tree === base) return head;
  const message = "Set up the KeepStreak worker";
  const commit = readText(await ask("POST", "/git/commits", { message, tree, parents: [head] }), "sha");
  await ask("PATCH", `/git/refs/heads/${defaultBranch}`, { sha: commit, force: false });
  return commit;
}

/** Seals the secrets with the repository's public key, here in the browser, and puts them there. */
export async function putSecrets(
  github: GitHub,
  { fullName }: FoundRepository,
  secretsPlain: Readonly<Record<string, string>>,
): Promise<void> {
  const path = `/repos/${fullName}/actions/secrets`;
  const { body } = expectSuccess(await github("GET", `${path}/public-key`));
  const key = readText(body, "key");
  for (const [name, plain] of Object.entries(secretsPlain))
    expectSuccess(
      await github("PUT", `${path}/${name}`, {
        encrypted_value: await seal(plain, key),
        key_id: readText(body, "key_id"),
      }),
    );
}

/** Wakes the workflow once. GitHub may need a moment until it knows a workflow file that was just pushed. */
export async function wakeWorkflow(
  github: GitHub,
  { fullName, defaultBranch }: FoundRepository,
): Promise<void> {
  for (let attempt = 1; attempt <= REGISTER_ATTEMPTS; attempt++) {
    const path = `/repos/${fullName}/actions/workflows/${WORKFLOW}/dispatches`;
    const answer = await github("POST", path, { ref: defaultBranch });
    if (answer.status === 204) return;
    const { code } = toRefusal(answer);
    if (answer.status !== 404 && code !== "github_unexpected") throw new GitHubRefusal(code, answer.status);
    await new Promise((resolve) => setTimeout(resolve, 300 * attempt));
  }
  throw new GitHubRefusal("workflow_not_registered");
}
