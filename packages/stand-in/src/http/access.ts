import type { StandInContext } from "../context.js";
import type { GitRepository } from "../git/git-repository.js";
import type { Repository } from "../store/repository-store.js";
import type { User } from "../store/user-store.js";
import type { Caller } from "./caller.js";
import { GitHubError, notFound, requiresAuthentication } from "./github-error.js";
import { hasScope } from "./scopes.js";

/** What a route asks of the caller: a permission as workflow files name it, and how much of it. */
export interface Need {
  readonly permission: string;
  readonly level: "read" | "write";
  /** What GitHub calls the missing right when the repository itself may be seen. */
  readonly role?: "push" | "admin";
}

export const READ_METADATA: Need = { permission: "metadata", level: "read" };

/** Whether the caller may know that the repository exists. */
export function canSee(caller: Caller, repository: Repository): boolean {
  if (!repository.private) return true;
  const { token, user } = caller;
  if (!token) return false;
  if (token.kind === "job") return token.repositoryId === repository.id;
  if (user?.id !== repository.ownerId) return false;
  return token.kind === "fine_grained" || hasScope(token.scopes, "repo");
}

/**
 * Throws unless the caller has what the route needs: 404 for what they may not see, 403 with GitHub's
 * text for what they may see but not do, 401 when nobody has signed in.
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
 */
export function requireNeed(caller: Caller, repository: Repository, need: Need): void {
  if (!canSee(caller, repository)) throw notFound();
  const { token, user } = caller;
  if (!token) {
    if (need.level === "write" || need.role) throw requiresAuthentication();
    return;
  }
  if (token.kind === "job") return requireJobPermission(caller, repository, need);
  if (need.level === "read" && !need.role && !repository.private && token.kind !== "fine_grained") return;
  if (user?.id !== repository.ownerId) {
    if (need.level === "read" && !need.role && !repository.private) return;
    throw mustHaveRole(need);
  }
  if (token.kind === "fine_grained") {
    if (!grants(token.permissions[need.permission], need))
      throw new GitHubError(403, "Resource not accessible by personal access token");
  } else if (!hasScope(token.scopes, repository.private ? "repo" : "public_repo")) throw mustHaveRole(need);
}

/** The right to write workflow files; undefined when the caller has it, else GitHub's name for it. */
export function missingWorkflowRight(caller: Caller): { actor: string; right: string } | undefined {
  const { token } = caller;
  if (!token) return { actor: "an anonymous client", right: "`workflow` scope" };
  if (token.kind === "job") return { actor: "a GitHub App", right: "`workflows` permission" };
  if (token.kind === "fine_grained") {
    if (token.permissions["workflows"] === "write") return undefined;
    return { actor: "a Personal Access Token", right: "`workflows` permission" };
  }
  if (hasScope(token.scopes, "workflow")) return undefined;
  const actor = token.kind === "oauth" ? "an OAuth App" : "a Personal Access Token";
  return { actor, right: "`workflow` scope" };
}

/**
 * The REST API hides the missing `workflow` scope behind a 404, and tells apps that the resource is not
 * theirs. https://docs.github.com/en/rest/repos/contents#create-or-update-file-contents
 */
export function workflowRefusal(caller: Caller): GitHubError {
  if (caller.token?.kind === "job") return new GitHubError(403, "Resource not accessible by integration");
  if (caller.token?.kind === "fine_grained")
    return new GitHubError(403, "Resource not accessible by personal access token");
  return new GitHubError(404, "Not Found", { headers: { "x-accepted-oauth-scopes": "repo, workflow" } });
}

/** The signed-in user; 401 without a token, 403 for a job's token, which is nobody. */
export function requireUser(caller: Caller): User {
  if (!caller.token) throw requiresAuthentication();
  if (!caller.user) throw new GitHubError(403, "Resource not accessible by integration");
  return caller.user;
}

export interface OpenRepository {
  readonly repository: Repository;
  readonly git: GitRepository;
}

/** Looks a repository up and checks the caller's rights on it in one step. */
export function openRepository(
  context: StandInContext,
  caller: Caller,
  { owner, repo, need }: { owner: string; repo: string; need: Need },
): OpenRepository {
  const repository = context.store.repositories.find(owner, repo);
  if (!repository) throw notFound();
  requireNeed(caller, repository, need);
  return { repository, git: context.git.open(repository) };
}

function requireJobPermission(caller: Caller, repository: Repository, need: Need): void {
  const isOwnRepository = caller.token?.repositoryId === repository.id;
  const isPublicRead = !repository.private && need.level === "read" && !need.role;
  if (isPublicRead || (isOwnRepository && need.permission === "metadata" && need.level === "read")) return;
  if (!isOwnRepository || !grants(caller.token?.permissions[need.permission], need))
    throw new GitHubError(403, "Resource not accessible by integration");
}

function grants(granted: string | undefined, need: Need): boolean {
  if (need.permission === "metadata") return need.level === "read";
  return granted === "write" || (need.level === "read" && granted === "read");
}

function mustHaveRole(need: Need): GitHubError {
  if (need.role === "admin") return new GitHubError(403, "Must have admin rights to Repository.");
  return new GitHubError(403, "Must have push access to Repository.");
}
