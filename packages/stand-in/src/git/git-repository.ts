import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { findLooseObject, writeLooseBlob } from "./loose-objects.js";
import { GitError, runGit } from "./run-git.js";

export const SHA = /^[0-9a-f]{40}$/;
export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface TreeEntry {
  readonly mode: string;
  readonly type: ObjectType;
  readonly sha: string;
  /** Bytes; null for everything but blobs. */
  readonly size: number | null;
  readonly path: string;
}

/** A change to a tree: a blob or tree put at a path, or `sha: null` to take the path away. */
export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  readonly sha: string | null;
}

/** What git accepts as a path in a tree; it would skip others silently. */
export function isTreePath(path: string): boolean {
  if (path.includes("\0") || path.length > 4096) return false;
  return path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !/^\.git$/i.test(part));
}

export interface Ref {
  /** `refs/heads/main` */
  readonly name: string;
  readonly sha: string;
}

/** These need no git to be found good. */
const PLAIN_REF = /^refs\/(?:heads|tags)\/\w[\w-]*$/;

/** One bare repository, spoken to through git's plumbing; what lies in plain files is read from there. */
export class GitRepository {
  readonly gitDir: string;
  readonly #environment: Readonly<Record<string, string>>;

  constructor(gitDir: string, environment: Readonly<Record<string, string>>) {
    this.gitDir = gitDir;
    this.#environment = environment;
  }

  git(args: readonly string[], options: { input?: string | Buffer; index?: string } = {}): Promise<Buffer> {
    const environment = options.index
      ? { ...this.#environment, GIT_INDEX_FILE: options.index }
      : this.#environment;
    return runGit(args, { gitDir: this.gitDir, environment, input: options.input });
  }

  async #line(args: readonly string[], input?: string | Buffer): Promise<string> {
    return (await this.git(args, { input })).toString().trim();
  }

  /** The branch that HEAD names, whether it exists yet or not. */
  async getDefaultBranch(): Promise<string> {
    // Read as a file: the runner asks for every repository each second, too often for a process.
    const head = await readFile(join(this.gitDir, "HEAD"), "utf8");
    return head.trim().replace(/^ref: refs\/heads\//, "");
  }

  /** The commit that a branch points at; undefined if there is no such branch. */
  async findBranchHead(branch: string): Promise<string | undefined> {
    return this.findRef(`refs/heads/${branch}`);
  }

  async setDefaultBranch(branch: string): Promise<void> {
    await this.git(["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  }

  /** The object that a full ref name or SHA names, peeled to `type`; undefined if there is none. */
  async findObject(name: string, type: ObjectType): Promise<string | undefined> {
    const loose = await this.#findLoose(name);
    if (loose?.type === type) return name;
    if (loose?.type === "commit" && type === "tree") return loose.content.toString("latin1", 5, 45);
    try {
      return await this.#line(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{${type}}`]);
    } catch (error) {
      if (error instanceof GitError) return undefined;
      throw error;
    }
  }

  /** A branch, tag or commit SHA as people write it, resolved to a commit. */
  async findCommit(revision: string): Promise<string | undefined> {
    if (SHA.test(revision)) return this.findObject(revision, "commit");
    const plain = revision.replace(/^refs\//, "");
    for (const name of [`refs/heads/${plain}`, `refs/tags/${plain}`, `refs/${plain}`]) {
      if (!(await this.isRefName(name))) continue;
      const sha = await this.findObject(name, "commit");
      if (sha) return sha;
    }
    return /^[0-9a-f]{7,39}$/.test(revision) ? this.findObject(revision, "commit") : undefined;
  }

  async findType(sha: string): Promise<ObjectType | undefined> {
    const loose = await this.#findLoose(sha);
    if (loose) return loose.type as ObjectType;
    try {
      return (await this.#line(["cat-file", "-t", sha])) as ObjectType;
    } catch (error) {
      if (error instanceof GitError) return undefined;
      throw error;
    }
  }

  async readObject(sha: string, type: ObjectType): Promise<Buffer> {
    const loose = await this.#findLoose(sha);
    return loose?.type === type ? loose.content : this.git(["cat-file", type, sha]);
  }

  async #findLoose(sha: string) {
    return SHA.test(sha) ? findLooseObject(this.gitDir, sha) : undefined;
  }

  async writeObject(type: ObjectType, content: Buffer | string): Promise<string> {
    // Of everything else git checks the form.
    if (type === "blob") return writeLooseBlob(this.gitDir, content);
    return this.#line(["hash-object", "-w", "-t", type, "--stdin"], content);
  }

  /** The entry at `path` in the tree of a commit or tree; undefined if nothing is there. */
  async findEntry(treeish: string, path: string): Promise<TreeEntry | undefined> {
    return parseEntries(await this.git(["ls-tree", "-z", "-l", treeish, "--", path])).find(
      (entry) => entry.path === path,
    );
  }

  async listEntries(treeish: string, options: { recursive?: boolean } = {}): Promise<TreeEntry[]> {
    const flags = options.recursive ? ["-r", "-t"] : [];
    return parseEntries(await this.git(["ls-tree", "-z", "-l", ...flags, treeish]));
  }

  /** Writes `base` (or the empty tree) with the changes applied; paths must be checked before (`isTreePath`). */
  async writeTree(base: string | undefined, changes: readonly TreeChange[]): Promise<string> {
    const index = join(this.gitDir, `index-${randomUUID()}`);
    try {
      await this.git(base ? ["read-tree", base] : ["read-tree", "--empty"], { index });
      await this.#applyChanges(changes, index);
      return (await this.git(["write-tree"], { index })).toString().trim();
    } finally {
      await rm(index, { force: true });
    }
  }

  async #applyChanges(changes: readonly TreeChange[], index: string): Promise<void> {
    const trees = changes.filter((change) => change.mode === "040000" && change.sha !== null);
    const entries = changes.filter((change) => !trees.includes(change));
    const input = entries.map(({ mode, sha, path }) =>
      sha === null ? `0 ${"0".repeat(40)}\t${path}\0` : `${mode} ${sha}\t${path}\0`,
    );
    await this.git(["update-index", "--add", "--replace", "-z", "--index-info"], {
      index,
      input: input.join(""),
    });
    for (const { path, sha } of trees)
      await this.git(["read-tree", `--prefix=${path}/`, sha ?? ""], { index });
  }

  async listRefs(prefix: string): Promise<Ref[]> {
    const lines = (await this.#line(["for-each-ref", "--format=%(objectname) %(refname)", prefix])).split(
      "\n",
    );
    return lines.filter(Boolean).map((line) => ({ sha: line.slice(0, 40), name: line.slice(41) }));
  }

  /** The object that a full ref name points at, not peeled. */
  async findRef(name: string): Promise<string | undefined> {
    if (!(await this.isRefName(name))) return undefined;
    const file = await readFile(join(this.gitDir, name), "utf8").catch(() => "");
    if (SHA.test(file.trim())) return file.trim();
    try {
      return await this.#line(["show-ref", "--verify", "--hash", name]);
    } catch (error) {
      if (error instanceof GitError) return undefined;
      throw error;
    }
  }

  async isRefName(name: string): Promise<boolean> {
    if (PLAIN_REF.test(name)) return true;
    try {
      await this.git(["check-ref-format", name]);
      return true;
    } catch (error) {
      if (error instanceof GitError) return false;
      throw error;
    }
  }

  /** Compare-and-swap: `from: null` demands that the ref is new. False means someone else was first. */
  async updateRef(name: string, change: { to: string; from: string | null }): Promise<boolean> {
    try {
      await this.git(["update-ref", name, change.to, change.from ?? "0".repeat(40)]);
      return true;
    } catch (error) {
      if (error instanceof GitError) return false;
      throw error;
    }
  }

  async removeRef(name: string): Promise<void> {
    await this.git(["update-ref", "-d", name]);
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    try {
      await this.git(["merge-base", "--is-ancestor", ancestor, descendant]);
      return true;
    } catch (error) {
      if (error instanceof GitError && error.status === 1) return false;
      throw error;
    }
  }
}

function parseEntries(output: Buffer): TreeEntry[] {
  return output
    .toString()
    .split("\0")
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", type = "", sha = "", size = "-"] = line.slice(0, tab).split(/ +/);
      return {
        mode,
        type: type as ObjectType,
        sha,
        size: size === "-" ? null : Number(size),
        path: line.slice(tab + 1),
      };
    });
}
