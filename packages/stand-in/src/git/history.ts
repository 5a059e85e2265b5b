import type { GitRepository } from "./git-repository.js";

export interface HistoryFilter {
  readonly from: string;
  readonly path?: string;
  /** Any of these author addresses. */
  readonly authorEmails?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly skip: number;
  readonly limit: number;
}

/** SHAs, newest first. */
export async function listHistory(repository: GitRepository, filter: HistoryFilter): Promise<string[]> {
  const args = ["rev-list", `--skip=${filter.skip}`, `--max-count=${filter.limit}`];
  if (filter.authorEmails) {
    args.push("--fixed-strings", "--regexp-ignore-case");
    args.push(...filter.authorEmails.map((email) => `--author=<${email}>`));
  }
  if (filter.since) args.push(`--since=${filter.since}`);
  if (filter.until) args.push(`--until=${filter.until}`);
  args.push(filter.from, "--");
  if (filter.path) args.push(filter.path);
  return (await repository.git(args)).toString().split("\n").filter(Boolean);
}

export interface ChangedFile {
  readonly path: string;
  readonly sha: string;
  readonly status: "added" | "removed" | "modified" | "renamed" | "changed";
  readonly additions: number;
  readonly deletions: number;
  readonly patch: string;
}

const STATUS: Record<string, ChangedFile["status"]> = {
  A: "added",
  D: "removed",
  M: "modified",
  T: "changed",
};

/** What a commit changed against its first parent. */
export async function listChangedFiles(repository: GitRepository, sha: string): Promise<ChangedFile[]> {
  const diff = ["diff-tree", "--root", "--no-commit-id", "-r", "-m", "--first-parent", "--no-renames"];
  const raw = (await repository.git([...diff, "--raw", "--no-abbrev", "-z", sha])).toString().split("\0");
  const files: ChangedFile[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [, , , to = "", status = ""] = (raw[index] ?? "").split(" ");
    const path = raw[index + 1] ?? "";
    const patch = (await repository.git([...diff, "-p", sha, "--", path])).toString();
    const hunks = patch.includes("@@") ? patch.slice(patch.indexOf("@@")).trimEnd() : "";
    const lines = hunks.split("\n");
    files.push({
      path,
      sha: to,
      status: STATUS[status] ?? "modified",
      additions: lines.filter((line) => line.startsWith("+")).length,
      deletions: lines.filter((line) => line.startsWith("-")).length,
      patch: hunks,
    });
  }
  return files;
}
