import { execFileSync } from "node:child_process";
import path from "node:path";

export interface Commit {
  sha: string;
  authorName: string;
  authorEmail: string;
  message: string;
}

/** The commits of a repository at the local GitHub, newest first, read from the bare repository on disk. */
export function listCommits(repository: string, dataDir = process.env.PULSEKEEP_E2E_DATA_DIR): Commit[] {
  if (!dataDir) throw new Error("The global set-up says where the data lies");
  const folder = path.join(dataDir, "stand-in", "repos", `${repository}.git`);
  const log = execFileSync(
    "git",
    ["-c", "safe.directory=*", "-C", folder, "log", "--format=%H%x00%an%x00%ae%x00%B%x01", "HEAD"],
    { encoding: "utf8" },
  );
  return log
    .split("\u0001")
    .map((entry) => entry.trim().split("\0"))
    .flatMap(([sha, authorName, authorEmail, message]) =>
      sha && authorName && authorEmail && message ? [{ sha, authorName, authorEmail, message }] : [],
    );
}
