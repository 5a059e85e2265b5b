import { createHash } from "node:crypto";
import type { DoubleAnswer, DoubleRequest, HttpDouble } from "./http-double.js";

export const TOKEN = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";

interface Person {
  name: string;
  email: string;
  date: string;
}

interface FakeCommit {
  message: string;
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
}

/** What to do with the next move of a branch instead of doing it. */
export type PatchFault = "reply_lost" | "request_lost" | "overtaken" | "server_error";

/** What to do with the next start of a workflow instead of doing it. */
export type DispatchFault = "reply_lost" | "request_lost" | "refused" | "denied" | "too_fast";

/** One start of a workflow, as its run shows it. */
export interface StartedRun {
  workflow: string;
  ref: string;
  inputs: Record<string, string>;
  display_title: string;
}

/**
 * One repository of GitHub's REST API, in memory: git objects by their content, one branch `main` that moves
 * forward only, other refs, one file tree per commit, workflows of which each shows its run's input in its name.
 */
export class FakeGitHub {
  readonly requests: string[] = [];
  readonly commits = new Map<string, FakeCommit>();
  readonly workflows = new Map<string, string>([["pulse.yml", "active"]]);
  readonly enabled: string[] = [];
  /** Refs but for `main`, by name without `refs/`. */
  readonly refs = new Map<string, string>();
  readonly started: StartedRun[] = [];
  /** Names at the root that are links, not files. */
  readonly links = new Set<string>();
  /** What GitHub says the repository is called; another name than it was asked for follows a move. */
  fullName: string;
  /** Whether started workflows have `run-name: ${{ inputs.keepstreak_run }}`. */
  showsRuns = true;
  dispatchFaults: DispatchFault[] = [];
  /** One entry for each of the next moves of the branch. */
  patchFaults: PatchFault[] = [];
  /** Taken instead of an answer, one per call. */
  answers: DoubleAnswer[] = [];
  head: string;

  private readonly trees = new Map<string, Record<string, string>>();

  constructor(
    readonly repository: string,
    files: Record<string, string>,
  ) {
    this.fullName = repository;
    const tree = this.writeTree(files);
    const person = { name: "Alice", email: "alice@example.org", date: "2026-01-01T00:00:00Z" };
    this.head = this.writeCommit({ message: "start", tree, parents: [], author: person, committer: person });
  }

  get files(): Record<string, string> {
    return this.trees.get(this.commits.get(this.head)?.tree ?? "") ?? {};
  }

  /** Commits from the head back to the start. */
  get history(): (FakeCommit & { sha: string })[] {
    const found: (FakeCommit & { sha: string })[] = [];
    for (let sha: string | undefined = this.head; sha !== undefined; ) {
      const commit = this.commits.get(sha);
      if (commit === undefined) break;
      found.push({ sha, ...commit });
      sha = commit.parents[0];
    }
    return found;
  }

  /** Commits `files` on top of the head, as a person would. */
  push(files: Record<string, string>, message = "by hand"): void {
    const tree = this.writeTree({ ...this.files, ...files });
    const person = { name: "Alice", email: "alice@example.org", date: "2026-03-14T00:00:00Z" };
    this.head = this.writeCommit({ message, tree, parents: [this.head], author: person, committer: person });
  }

  handle: HttpDouble = (request) => {
    this.requests.push(`${request.method} ${request.path}`);
    const planned = this.answers.shift();
    if (planned !== undefined) return planned;
    if (request.path === "/oidc/token") return this.mintToken(request);
    if (request.headers["authorization"] !== `Bearer ${TOKEN}`) return { status: 401 };
    const prefix = `/api/repos/${this.repository}`;
    if (request.path === prefix) return ok(this.present());
    if (!request.path.startsWith(`${prefix}/`)) return { status: 404 };
    return this.route(request, decodeURIComponent(request.path.slice(prefix.length + 1)));
  };

  private route(request: DoubleRequest, path: string): DoubleAnswer {
    const body = request.body === "" ? {} : (JSON.parse(request.body) as Record<string, unknown>);
    const [method] = [request.method];
    if (method === "GET" && path === "git/ref/heads/main") return ok({ object: { sha: this.head } });
    if (method === "GET" && path.startsWith("git/commits/"))
      return found(this.commits.get(path.slice(12)), presentTree);
    if (method === "GET" && path === "commits") return ok(this.listCommits(request.query));
    if (method === "GET" && path === "contents") return ok(this.listRoot());
    if (method === "GET" && path.startsWith("contents/")) return this.readFile(path.slice(9));
    if (method === "GET" && path.startsWith("git/blobs/")) return this.readBlob(path.slice(10));
    if (method === "GET" && path.startsWith("git/matching-refs/")) return ok(this.listRefs(path.slice(18)));
    if (method === "GET" && path.startsWith("compare/")) return this.compare(path.slice(8));
    if (method === "POST" && path === "git/refs") return this.createRef(body);
    if (method === "DELETE" && path.startsWith("git/refs/"))
      return { status: this.refs.delete(path.slice(9)) ? 204 : 422 };
    if (method === "POST" && path === "git/trees") return this.createTree(body);
    if (method === "POST" && path === "git/commits")
      return ok({ sha: this.writeCommit(body as unknown as FakeCommit) });
    if (method === "PATCH" && path === "git/refs/heads/main") return this.moveBranch(body);
    if (path.startsWith("actions/workflows/")) return this.workflow(method, path.slice(18), body);
    return { status: 404 };
  }

  private mintToken(request: DoubleRequest): DoubleAnswer {
    if (request.headers["authorization"] !== "Bearer request-token") return { status: 401 };
    return ok({ value: `oidc for ${request.query.get("audience")}` });
  }

  private present(): object {
    const full_name = this.fullName;
    return { id: 4711, full_name, owner: { id: 42 }, private: true, default_branch: "main" };
  }

  private listCommits(query: URLSearchParams): object[] {
    const sha = query.get("sha") ?? this.head;
    const from = this.history.findIndex((commit) => commit.sha === sha);
    const perPage = Number(query.get("per_page"));
    const start = from + (Number(query.get("page") ?? 1) - 1) * perPage;
    return this.history.slice(start, start + perPage).map(({ sha, message, committer, author }) => ({
      sha,
      commit: { message, author: inUtc(author), committer: inUtc(committer) },
    }));
  }

  private readFile(path: string): DoubleAnswer {
    const content = this.files[path];
    return content === undefined ? { status: 404 } : { status: 200, body: content };
  }

  private listRoot(): object[] {
    const names = new Map<string, string>();
    for (const path of Object.keys(this.files)) names.set(path.split("/")[0] ?? "", path);
    return [...names].map(([name, path]) => ({
      name,
      path: name,
      type: this.links.has(name) ? "symlink" : name === path ? "file" : "dir",
      sha: blobSha(this.files[path] ?? ""),
    }));
  }

  private readBlob(sha: string): DoubleAnswer {
    const content = Object.values(this.files).find((text) => blobSha(text) === sha);
    if (content === undefined) return { status: 404 };
    // GitHub breaks the text after each 60 characters.
    const lines = Buffer.from(content).toString("base64").replaceAll(/.{60}/g, "$&\n");
    return ok({ sha, encoding: "base64", content: lines });
  }

  private listRefs(prefix: string): object[] {
    const names = [...this.refs.keys()].filter((name) => name.startsWith(prefix)).sort();
    return names.map((name) => ({ ref: `refs/${name}`, object: { sha: this.refs.get(name) } }));
  }

  private createRef({ ref, sha }: Record<string, unknown>): DoubleAnswer {
    const name = String(ref).slice("refs/".length);
    if (this.refs.has(name) || !this.commits.has(String(sha))) return { status: 422 };
    this.refs.set(name, String(sha));
    return { status: 201, body: { ref, object: { sha } } };
  }

  private compare(range: string): DoubleAnswer {
    const [base, branch] = range.split("...");
    if (branch !== "main" || !this.commits.has(base ?? "")) return { status: 404 };
    if (base === this.head) return ok({ status: "identical" });
    return ok({ status: this.history.some((commit) => commit.sha === base) ? "ahead" : "diverged" });
  }

  private createTree(body: Record<string, unknown>): DoubleAnswer {
    const base = this.trees.get(String(body["base_tree"]));
    if (base === undefined) return { status: 422 };
    const entries = body["tree"] as { path: string; content: string }[];
    const added = Object.fromEntries(entries.map(({ path, content }) => [path, content]));
    return ok({ sha: this.writeTree({ ...base, ...added }) });
  }

  private moveBranch(body: Record<string, unknown>): DoubleAnswer {
    const fault = this.patchFaults.shift();
    if (fault === "request_lost") return { status: 0, lost: true };
    if (fault === "server_error") return { status: 502 };
    if (fault === "overtaken") this.push({ "notes.txt": String(this.commits.size) });
    const sha = String(body["sha"]);
    const isForward = this.commits.get(sha)?.parents[0] === this.head;
    if (body["force"] !== false || !isForward) return { status: 422 };
    this.head = sha;
    return fault === "reply_lost" ? { status: 0, lost: true } : ok({ object: { sha } });
  }

  private workflow(method: string, path: string, body: Record<string, unknown>): DoubleAnswer {
    const [file = "", verb] = path.split("/");
    const state = this.workflows.get(file);
    if (state === undefined) return { status: 404 };
    if (method === "POST" && verb === "dispatches") return this.start(file, body);
    if (method === "GET" && verb === "runs")
      return ok({ workflow_runs: this.started.filter((run) => run.workflow === file) });
    if (method === "GET") return ok({ path: `.github/workflows/${file}`, state });
    if (method !== "PUT" || verb !== "enable") return { status: 404 };
    this.workflows.set(file, "active");
    this.enabled.push(file);
    return { status: 204 };
  }

  private start(workflow: string, body: Record<string, unknown>): DoubleAnswer {
    const fault = this.dispatchFaults.shift();
    if (fault === "request_lost") return { status: 0, lost: true };
    if (fault === "refused") return { status: 422 };
    if (fault === "denied") return { status: 403 };
    if (fault === "too_fast") return { status: 429, headers: { "retry-after": "3600" } };
    const inputs = body["inputs"] as Record<string, string>;
    const display_title = this.showsRuns ? `Run ${inputs["keepstreak_run"] ?? ""}` : workflow;
    this.started.push({ workflow, ref: String(body["ref"]), inputs, display_title });
    return fault === "reply_lost" ? { status: 0, lost: true } : { status: 204 };
  }

  private writeTree(files: Record<string, string>): string {
    const sha = hash(files);
    this.trees.set(sha, files);
    return sha;
  }

  private writeCommit(commit: FakeCommit): string {
    const sha = hash(commit);
    this.commits.set(sha, commit);
    return sha;
  }
}

function hash(value: object): string {
  return createHash("sha1").update(JSON.stringify(value)).digest("hex");
}

function blobSha(content: string): string {
  return hash({ content });
}

function ok(body: object): DoubleAnswer {
  return { status: 200, body };
}

function found<T>(value: T | undefined, present: (value: T) => object): DoubleAnswer {
  return value === undefined ? { status: 404 } : ok(present(value));
}

function presentTree(commit: FakeCommit): object {
  return { tree: { sha: commit.tree } };
}

/** GitHub shows dates in UTC, whatever offset they were written with. */
function inUtc(person: Person): Person {
  return { ...person, date: new Date(person.date).toISOString().replace(".000Z", "Z") };
}
