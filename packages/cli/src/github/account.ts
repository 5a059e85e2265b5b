import { z } from "zod";
import type { GitHubApi } from "./github-api.js";
import { expectSuccess } from "./github-api.js";
import { GitHubFailure } from "./github-failure.js";

const NEEDED_SCOPES = ["repo", "workflow"];

const userSchema = z.object({ id: z.number().int(), login: z.string(), name: z.string().nullish() });

export interface Account {
  id: number;
  login: string;
  /** Author whose commits count for this account: its noreply address. */
  author: { name: string; email: string };
}

/**
 * Whose token it is. A classic token names its scopes, so that a missing one is found before anything is made;
 * a fine-grained one does not.
 *
 * @param needsWorkflow a workflow file will be written
 * @throws GitHubFailure
 */
export async function readAccount(github: GitHubApi, needsWorkflow: boolean): Promise<Account> {
  const answer = expectSuccess(await github.ask("GET", "/user"));
  const scopes = answer.headers.get("x-oauth-scopes");
  const needed = needsWorkflow ? NEEDED_SCOPES : NEEDED_SCOPES.slice(0, 1);
  const missing = scopes === null ? [] : needed.filter((scope) => !scopes.split(/[\s,]+/).includes(scope));
  // An empty list is what fine-grained tokens and those of apps are answered with.
  if (scopes && missing.length > 0) {
    throw new GitHubFailure(
      "consent_scope_missing",
      `The token lacks the scope ${missing.join(" and ")}.`,
      `"gh auth refresh --scopes repo,workflow" adds it.`,
    );
  }
  const user = userSchema.parse(answer.body);
  return {
    id: user.id,
    login: user.login,
    author: {
      name: toAuthorName(user.name) || user.login,
      email: `${user.id}+${user.login}@users.noreply.github.com`,
    },
  };
}

/** A name as git can write it: no angle brackets, no control characters. */
const toAuthorName = (name: string | null | undefined): string =>
  (name ?? "")
    .replace(/[<>\p{Cc}]/gu, "")
    .trim()
    .slice(0, 100);
