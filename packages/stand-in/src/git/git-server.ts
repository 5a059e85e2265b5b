import { chmodSync, writeFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensurePrivateDirectory } from "../store/private-directory.js";
import { GitRepository } from "./git-repository.js";
import { PRE_RECEIVE_HOOK } from "./pre-receive-hook.js";
import { runGit } from "./run-git.js";

/** The bare repositories below `<dataDir>/repos`, one directory per account. */
export class GitServer {
  readonly #root: string;
  readonly environment: Readonly<Record<string, string>>;

  constructor(dataDir: string) {
    this.#root = ensurePrivateDirectory(join(dataDir, "repos"));
    const hooksDir = ensurePrivateDirectory(join(dataDir, "git-hooks"));
    const configFile = join(hooksDir, "gitconfig");
    writeFileSync(configFile, gitConfig(hooksDir));
    const hookFile = join(hooksDir, "pre-receive");
    writeFileSync(hookFile, PRE_RECEIVE_HOOK);
    chmodSync(hookFile, 0o755);
    // Nothing of the caller's environment but the PATH reaches git: neither its keys nor its own config.
    this.environment = {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: hooksDir,
      LC_ALL: "C.UTF-8",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: configFile,
      GIT_LITERAL_PATHSPECS: "1",
      GIT_TERMINAL_PROMPT: "0",
    };
  }

  pathOf(owner: string, name: string): string {
    return join(this.#root, owner.toLowerCase(), `${name.toLowerCase()}.git`);
  }

  open(repository: { readonly owner: string; readonly name: string }): GitRepository {
    return new GitRepository(this.pathOf(repository.owner, repository.name), this.environment);
  }

  async create(owner: string, name: string): Promise<GitRepository> {
    const gitDir = this.pathOf(owner, name);
    await mkdir(dirname(gitDir), { recursive: true });
    // A directory without a record is the rest of a creation that was interrupted.
    await rm(gitDir, { recursive: true, force: true });
    await runGit(["init", "--quiet", "--bare", "--initial-branch=main", gitDir], {
      gitDir,
      environment: this.environment,
    });
    return new GitRepository(gitDir, this.environment);
  }

  async move(owner: string, from: string, to: string): Promise<void> {
    await rename(this.pathOf(owner, from), this.pathOf(owner, to));
  }

  async remove(owner: string, name: string): Promise<void> {
    await rm(this.pathOf(owner, name), { recursive: true, force: true });
  }
}

function gitConfig(hooksDir: string): string {
  return [
    "[safe]",
    "\tdirectory = *",
    "[core]",
    `\thooksPath = ${hooksDir}`,
    "[http]",
    "\treceivepack = true",
    "[receive]",
    "\tfsckObjects = true",
    "\tdenyDeleteCurrent = refuse",
    "[uploadpack]",
    "\tallowAnySHA1InWant = true",
    "\tallowFilter = true",
    "[gc]",
    "\tauto = 0",
    "",
  ].join("\n");
}
