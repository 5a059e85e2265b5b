import type { StandInContext, StandInUrls } from "../context.js";
import type { Caller } from "../http/caller.js";
import type { Repository } from "../store/repository-store.js";
import { integerNodeId } from "./node-id.js";
import { presentSimpleUser } from "./present-user.js";

export function repositoryApiUrl(repository: Repository, urls: StandInUrls): string {
  return `${urls.api}/repos/${repository.owner}/${repository.name}`;
}

export function repositoryWebUrl(repository: Repository, urls: StandInUrls): string {
  return `${urls.web}/${repository.owner}/${repository.name}`;
}

/** https://docs.github.com/en/rest/repos/repos#get-a-repository */
export async function presentRepository(
  context: StandInContext,
  repository: Repository,
  caller: Caller,
): Promise<Record<string, unknown>> {
  const { urls } = context;
  const self = repositoryApiUrl(repository, urls);
  const isOwner = caller.user?.id === repository.ownerId;
  const owner = presentSimpleUser({ id: repository.ownerId, login: repository.owner }, urls);
  return {
    id: repository.id,
    node_id: integerNodeId("Repository", repository.id),
    name: repository.name,
    full_name: `${repository.owner}/${repository.name}`,
    private: repository.private,
    visibility: repository.private ? "private" : "public",
    owner,
    html_url: repositoryWebUrl(repository, urls),
    description: repository.description,
    fork: false,
    url: self,
    clone_url: `${repositoryWebUrl(repository, urls)}.git`,
    git_url: `${repositoryWebUrl(repository, urls)}.git`,
    created_at: repository.createdAt,
    updated_at: repository.updatedAt,
    pushed_at: repository.pushedAt,
    archived: false,
    disabled: false,
    is_template: false,
    topics: [],
    default_branch: await context.git.open(repository).getDefaultBranch(),
    permissions: { admin: isOwner, maintain: isOwner, push: isOwner, triage: isOwner, pull: true },
  };
}
