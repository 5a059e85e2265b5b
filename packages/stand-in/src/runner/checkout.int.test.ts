import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openGitServer, type GitServer } from "./testing/git-server.js";
import { openBench, workflowOf, type RunnerBench } from "./testing/run-once.js";

const git = async (...args: readonly string[]) => (await promisify(execFile)("git", args)).stdout.trim();

let bench: RunnerBench;
let server: GitServer;
let root: string;
let bare: string;

beforeEach(async () => {
  bench = await openBench();
  root = await mkdtemp(join(tmpdir(), "runner-git-"));
  bare = join(root, "alice", "pulse.git");
  const seed = join(root, "seed");
  await git("init", "--quiet", "--initial-branch=main", seed);
  await writeFile(join(seed, "README.md"), "seeded\n");
  await git("-C", seed, "add", ".");
  await git("-C", seed, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "first");
  await git("clone", "--quiet", "--bare", seed, bare);
  await git("-C", bare, "config", "http.receivepack", "true");
  server = await openGitServer(root, (password) => bench.host.tokens.get(password)?.live === true);
  bench.host.serverUrl = server.url;
});

afterEach(async () => {
  await bench.dispose();
  await server.close();
  await rm(root, { recursive: true, force: true });
});

/** The in-memory host moves its own SHA; the clone needs the real one. */
async function runAtHead(steps: string) {
  vi.spyOn(bench.host, "findHeadSha").mockImplementation(() => git("-C", bare, "rev-parse", "main"));
  return bench.run(workflowOf(steps, "permissions: { contents: write }"));
}

describe("actions/checkout", () => {
  test("clones the run's commit with the job's token, and later steps can push with it", async () => {
    const { run, log } = await runAtHead(`
- uses: actions/checkout@v4
- run: |
    cat README.md; git status --branch --short
    git config user.name Alice && git config user.email alice@example.com
    echo more >> README.md && git commit -qam second && git push -q`);
    expect(log).toContain("seeded");
    expect(run.conclusion).toBe("success");
    expect(await git("-C", bare, "log", "-1", "--format=%s %ae")).toBe("second alice@example.com");
    expect(log).not.toContain("ghs_memory");
    expect(log).not.toContain(Buffer.from("x-access-token:ghs_memory").toString("base64").slice(0, -4));
  });

  test("leaves no credentials with persist-credentials: false", async () => {
    const { run, log } = await runAtHead(`
- uses: actions/checkout@v4
  with: { persist-credentials: false, path: sub }
- working-directory: sub
  run: cat README.md && git config --local --list && ! git config --local --get-regexp extraheader`);
    expect(log).toContain("remote.origin.url");
    expect(run.conclusion).toBe("success");
  });

  test("fails with a wrong token and with an input that it does not know", async () => {
    const wrong = await runAtHead(`- { uses: actions/checkout@v4, with: { token: ghs_wrong } }`);
    expect(wrong.run.conclusion).toBe("failure");
    const unknown = await runAtHead(`- { uses: actions/checkout@v4, with: { submodules: true } }`);
    expect(unknown.log).toContain("the input 'submodules' is not supported");
  });
});
