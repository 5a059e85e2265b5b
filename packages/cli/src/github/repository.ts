import { isMarker, MARKER_PATH } from "@pulsekeep/worker";
import { z } from "zod";
import type { Account } from "./account.js";
import type { GitHubAnswer, GitHubApi } from "./github-api.js";
import { failureOf, GitHubFailure } from "./github-failure.js";

const DESCRIPTION = "KeepStreak worker: runs my pulses with my own token";

const repositorySchema = z.object({
  id: z.number().int(),
  full_name: z.string(),
  private: z.boolean(),
  default_branch: z.string(),
  description: z.string().nullish(),
  owner: z.object({ id: z.number().int() }),
});
const contentSchema = z.object({ content: z.string(), encoding: z.literal("base64") });
const entriesSchema = z.array(z.object({ name: z.string() }));

export interface Repository {
  id: number;
  ownerId: number;
  fullName: string;
  defaultBranch: string;
  made: "created" | "adopted";
}

/**
 * Creates the private repository. One of that name that exists is adopted only when it is a worker's: it carries
 * the marker, or an earlier attempt created it and got no further.
 *
 * @throws GitHubFailure
 */
export async function ensureRepository(
  github: GitHubApi,
  account: Account,
  name: string,
): Promise<Repository> {
  const answer = await github.ask("POST", "/user/repos", {
    name,
    description: DESCRIPTION,
    private: true,
    auto_init: true,
    has_issues: false,
    has_projects: false,
    has_wiki: false,
  });
  if (answer.status === 201) return toRepository(repositorySchema.parse(answer.body), "created");
  const path = `/repos/${account.login}/${name}`;
  const found = answer.status === 422 ? await github.find(path) : undefined;
  if (found === undefined) throw creationFailureOf(answer);
  const existing = repositorySchema.parse(found);
  if (!(await isWorkers(github, path, existing.description))) {
    throw new GitHubFailure(
      "repository_name_taken",
      `${existing.full_name} exists and is no worker's.`,
      "Nothing was changed in it. Choose another name with --repository.",
    );
  }
  if (!existing.private) {
    throw new GitHubFailure(
      "repository_not_private",
      `${existing.full_name} is public.`,
      "Make it private in its settings on GitHub, then run this command again.",
    );
  }
  return toRepository(existing, "adopted");
}

/** What GitHub says to this request alone: the account may not create private repositories. */
function creationFailureOf(answer: GitHubAnswer): GitHubFailure {
  const failure = failureOf(answer);
  if (answer.status !== 422 && failure.reason !== "github_forbidden") return failure;
  return new GitHubFailure(
    "repository_creation_forbidden",
    "The account may not create a private repository.",
    "Its plan or its enterprise forbids it, or the token lacks the right (scope repo; fine-grained: Administration).",
  );
}

async function isWorkers(
  github: GitHubApi,
  path: string,
  description: string | null | undefined,
): Promise<boolean> {
  const file = contentSchema.safeParse(await github.find(`${path}/contents/${MARKER_PATH}`));
  if (file.success) return isMarker(Buffer.from(file.data.content, "base64").toString("utf8"));
  if (description !== DESCRIPTION) return false;
  const entries = entriesSchema.safeParse(await github.find(`${path}/contents/`));
  return entries.success && entries.data.every((entry) => entry.name === "README.md");
}

const toRepository = (found: z.infer<typeof repositorySchema>, made: Repository["made"]): Repository => ({
  id: found.id,
  ownerId: found.owner.id,
  fullName: found.full_name,
  defaultBranch: found.default_branch,
  made,
});
