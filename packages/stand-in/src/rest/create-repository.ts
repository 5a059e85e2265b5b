import type { StandInContext } from "../context.js";
import { writeCommit } from "../git/commit.js";
import type { Caller } from "../http/caller.js";
import { validationFailed } from "../http/github-error.js";
import type { Repository } from "../store/repository-store.js";
import type { User } from "../store/user-store.js";
import { generateSecretKeys } from "./sealed-box.js";
import { defaultSignature } from "./default-signature.js";

export interface RepositoryDraft {
  readonly name: string;
  readonly private: boolean;
  readonly description: string | null;
  readonly autoInit: boolean;
}

const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** Throws 422 with GitHub's text when the name cannot be used for a new or renamed repository. */
export function requireFreeName(context: StandInContext, owner: string, name: string): void {
  const resource = "Repository";
  if (!NAME.test(name) || /\.git$/i.test(name))
    throw validationFailed({ resource, code: "custom", field: "name", message: "name is invalid" });
  if (context.store.repositories.find(owner, name))
    throw validationFailed({
      resource,
      code: "custom",
      field: "name",
      message: "name already exists on this account",
    });
}

/** https://docs.github.com/en/rest/repos/repos#create-a-repository-for-the-authenticated-user */
export async function createRepository(
  context: StandInContext,
  caller: Caller,
  { owner, draft }: { owner: User; draft: RepositoryDraft },
): Promise<Repository> {
  requireFreeName(context, owner.login, draft.name);
  const keys = await generateSecretKeys();
  const git = await context.git.create(owner.login, draft.name);
  // Another request may have taken the name while git made the directory.
  requireFreeName(context, owner.login, draft.name);
  const repository = context.store.repositories.create({
    ownerId: owner.id,
    name: draft.name,
    private: draft.private,
    description: draft.description,
    keys,
  });
  if (draft.autoInit) {
    const readme = await git.writeObject(
      "blob",
      `# ${draft.name}\n${draft.description ? `${draft.description}\n` : ""}`,
    );
    const tree = await git.writeTree(undefined, [{ path: "README.md", mode: "100644", sha: readme }]);
    const author = defaultSignature(context, caller);
    const sha = await writeCommit(git, {
      tree,
      parents: [],
      author,
      committer: author,
      message: "Initial commit",
    });
    await git.updateRef(`refs/heads/${await git.getDefaultBranch()}`, { to: sha, from: null });
  }
  return repository;
}
