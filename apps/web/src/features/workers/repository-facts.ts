export type RepositoryFacts = {
  repository: { id: number; ownerId: number; fullName: string; defaultBranch: string; made: "adopted" };
  author: { name: string; email: string };
};

/** Prints one line of JSON: what a worker is bound to, and who commits. */
export function repositoryFactsCommand(repository: string): string {
  const safe = repository.replace(/[^A-Za-z0-9._/-]/g, "");
  return `gh api repos/${safe} --jq '{id, ownerId: .owner.id, fullName: .full_name, defaultBranch: .default_branch}' && gh api user --jq '{userId: .id, login, name}'`;
}

/** Reads what the command printed; undefined for anything else. */
export function readRepositoryFacts(output: string): RepositoryFacts | undefined {
  const [repository, user] = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map(parseObject);
  const { id, ownerId, fullName, defaultBranch } = repository ?? {};
  const { userId, login, name } = user ?? {};
  if (!isId(id) || !isId(ownerId) || !isId(userId)) return undefined;
  if (typeof fullName !== "string" || typeof defaultBranch !== "string" || typeof login !== "string")
    return undefined;
  const shown = typeof name === "string" ? toAuthorName(name) : "";
  return {
    repository: { id, ownerId, fullName, defaultBranch, made: "adopted" },
    author: { name: shown || login, email: `${userId}+${login}@users.noreply.github.com` },
  };
}

/** A name as git can write it: no angle brackets, no control characters. */
export const toAuthorName = (name: string): string =>
  name
    .replace(/[<>\p{Cc}]/gu, "")
    .trim()
    .slice(0, 100);

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
