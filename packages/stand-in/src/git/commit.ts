import type { GitRepository } from "./git-repository.js";
import { GitError } from "./run-git.js";

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since the epoch. */
  readonly atSeconds: number;
  /** `+0200` */
  readonly offset: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export type NewCommit = Omit<Commit, "sha">;

/**
 * Writes the commit object byte for byte, so that the same content has the same SHA on every try.
 * `git commit-tree` would tidy the message and read the clock.
 */
export function writeCommit(repository: GitRepository, commit: NewCommit): Promise<string> {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${formatSignature(commit.author)}`,
    `committer ${formatSignature(commit.committer)}`,
  ];
  return repository.writeObject("commit", `${lines.join("\n")}\n\n${commit.message}`);
}

/** Undefined when no commit has the SHA. */
export async function findCommit(repository: GitRepository, sha: string): Promise<Commit | undefined> {
  try {
    return parseCommit(sha, (await repository.readObject(sha, "commit")).toString());
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** ISO 8601 with Z or an offset; throws a `RangeError` on anything else. */
export function parseSignatureDate(date: string): Pick<Signature, "atSeconds" | "offset"> {
  const match = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|([+-])(\d\d):?(\d\d))$/.exec(date);
  const at = Date.parse(date);
  if (!match || Number.isNaN(at)) throw new RangeError(`not an ISO 8601 instant: ${date}`);
  return {
    atSeconds: Math.floor(at / 1000),
    offset: match[1] ? `${match[1]}${match[2]}${match[3]}` : "+0000",
  };
}

function formatSignature({ name, email, atSeconds, offset }: Signature): string {
  return `${tidy(name)} <${tidy(email)}> ${atSeconds} ${offset}`;
}

// git itself drops these characters from names and addresses, because they end the field.
function tidy(field: string): string {
  return field.replace(/[<>\r\n\0]/g, "").trim();
}

function parseCommit(sha: string, content: string): Commit {
  const split = content.indexOf("\n\n");
  const headers = content.slice(0, split).split("\n");
  const values = (key: string): string[] =>
    headers.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  return {
    sha,
    tree: values("tree")[0] ?? "",
    parents: values("parent"),
    author: parseSignature(values("author")[0] ?? ""),
    committer: parseSignature(values("committer")[0] ?? ""),
    message: content.slice(split + 2),
  };
}

function parseSignature(line: string): Signature {
  const match = /^(.*?) ?<([^>]*)> (\d+) ([+-]\d{4})$/.exec(line);
  if (!match) throw new Error(`unreadable signature: ${line}`);
  return {
    name: match[1] ?? "",
    email: match[2] ?? "",
    atSeconds: Number(match[3]),
    offset: match[4] ?? "+0000",
  };
}
