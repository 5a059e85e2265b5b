import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createRunner } from "./create-runner.js";
import { MemoryHost } from "./testing/memory-host.js";
import {
  ACTOR,
  openBench,
  waitUntil,
  workflowOf,
  WORKFLOW_PATH,
  type RunnerBench,
} from "./testing/run-once.js";

const isRoot = process.getuid?.() === 0;
let bench: RunnerBench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.dispose());

async function isAlive(marker: string): Promise<boolean> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes(marker)) return true;
  }
  return false;
}

/** A duration nobody else sleeps for, so that the process can be told from all others. */
function uniqueSleep(): string {
  return `${1000 + Math.floor(Math.random() * 1_000_000)}.${process.pid}`;
}

describe("environment", () => {
  test("lets no variable of the runner's own process through", async () => {
    const planted = {
      DATABASE_URL: "postgres://planted",
      PULSEKEEP_KEYRING: "planted",
      PLANTED_SECRET: "planted",
    };
    Object.assign(process.env, planted);
    try {
      const { log } = await bench.run(workflowOf(`- run: env | sort`));
      expect(log).not.toContain("planted");
      const names = [...log.matchAll(/Z ([A-Z_]+)=/g)].map(([, name]) => name);
      const foreign = names.filter((name = "") => !/^(?:GITHUB_|RUNNER_)/.test(name));
      expect(foreign).toEqual(["CI", "HOME", "LANG", "PATH", "PWD", "SHLVL", "TMPDIR", "_"]);
    } finally {
      for (const name of Object.keys(planted)) delete process.env[name];
    }
  });

  test("does not give the job's token to the environment unless the workflow maps it", async () => {
    const { log } = await bench.run(
      workflowOf(`
- run: echo "bare [\${GITHUB_TOKEN:-none}]"
- run: echo "mapped \${#GITHUB_TOKEN} \${#SAME}"
  env: { GITHUB_TOKEN: "\${{ secrets.GITHUB_TOKEN }}", SAME: "\${{ github.token }}" }`),
    );
    expect(log).toContain("bare [none]");
    expect(log).toContain("mapped 36 36");
  });

  test("gives the run's facts, and keeps them from being changed", async () => {
    const { run, log } = await bench.run(
      workflowOf(`
- run: |
    echo "$GITHUB_REPOSITORY $GITHUB_REPOSITORY_ID $GITHUB_REPOSITORY_OWNER_ID $GITHUB_RUN_ID"
    echo "$GITHUB_REF $GITHUB_WORKFLOW_REF $GITHUB_SHA"
    cat "$GITHUB_EVENT_PATH"
  env: { GITHUB_REPOSITORY: mallory/other }`),
    );
    expect(log).toContain(`alice/pulse 7001 501 ${run.id}`);
    expect(log).toContain(`refs/heads/main alice/pulse/${WORKFLOW_PATH}@refs/heads/main ${run.headSha}`);
    expect(log).toContain(`"full_name":"alice/pulse"`);
  });

  test("refuses NODE_OPTIONS and GITHUB_ names in GITHUB_ENV", async () => {
    const { log } = await bench.run(
      workflowOf(`
- run: printf 'NODE_OPTIONS=--inspect\\nGITHUB_SHA=forged\\nFINE=yes\\n' >> "$GITHUB_ENV"
- run: echo "options [\${NODE_OPTIONS:-none}] fine [$FINE] sha [$GITHUB_SHA]"`),
    );
    expect(log).toContain(`options [none] fine [yes] sha [${bench.host.sha}]`);
    expect(log).toContain("GITHUB_ENV may not set 'NODE_OPTIONS'.");
  });

  test("has the OIDC request variables with id-token: write only, and ends the request with the job", async () => {
    const step = `- run: echo "oidc [\${ACTIONS_ID_TOKEN_REQUEST_URL:-none}] \${#ACTIONS_ID_TOKEN_REQUEST_TOKEN}"`;
    const without = await bench.run(workflowOf(step));
    expect(without.log).toContain("oidc [none] 0");
    expect(bench.host.oidc.size).toBe(0);
    const withIt = await bench.run(workflowOf(step, "permissions: { id-token: write, contents: write }"));
    expect(withIt.log).toContain("oidc [http://localhost:1/oidc/token?api-version=2.0]");
    const [request] = bench.host.oidc.values();
    expect(request).toMatchObject({ live: false, context: { runId: withIt.run.id, ref: "refs/heads/main" } });
  });
});

describe("token", () => {
  test("is minted with the workflow's permissions and revoked when the job ends", async () => {
    await bench.run(workflowOf(`- run: "true"`));
    await bench.run(workflowOf(`- run: "true"`, "permissions: { contents: write, issues: none }"));
    await bench.run(workflowOf(`- run: exit 1`, "permissions: {}"));
    expect([...bench.host.tokens.values()]).toEqual([
      { permissions: { contents: "read", packages: "read", metadata: "read" }, live: false },
      { permissions: { contents: "write", metadata: "read" }, live: false },
      { permissions: { metadata: "read" }, live: false },
    ]);
  });
});

describe.runIf(isRoot)("user", () => {
  test("runs steps as an unprivileged user without further groups", async () => {
    const { log } = await bench.run(workflowOf(`- run: echo "ids $(id -u) $(id -g) [$(id -G)]"`));
    expect(log).toContain("ids 65534 65534 [65534]");
  });

  test("does not follow a link that a step puts in the place of a command file", async () => {
    const secret = join(bench.workDir, "only-root");
    await writeFile(secret, "stolen=root-secret\n", { mode: 0o600 });
    const { log } = await bench.run(
      workflowOf(`
- id: thief
  continue-on-error: true
  run: ln -sf ${secret} "$GITHUB_OUTPUT"
- run: echo "loot [\${{ steps.thief.outputs.stolen }}] \${{ steps.thief.outcome }}"`),
    );
    expect(log).toContain("loot [] failure");
    expect(log).toMatch(/ln: .*Permission denied/);
    expect(log).not.toContain("root-secret");
  });

  test("enters a working directory with the step's rights, not its own", async () => {
    const closed = join(bench.workDir, "closed");
    await mkdir(closed, { mode: 0o700 });
    await writeFile(join(closed, "open-file"), "inner-text");
    const { run, log } = await bench.run(
      workflowOf(`
- run: ln -s ${closed} way-in
- { working-directory: way-in, run: cat open-file }`),
    );
    expect(run.conclusion).toBe("failure");
    expect(log).not.toContain("inner-text");
  });

  test("moves to a reachable directory and borrows node when the step's user cannot get there", async () => {
    const closed = await mkdtemp(join(tmpdir(), "runner-closed-"));
    const bin = join(closed, "bin");
    await mkdir(bin);
    await writeFile(join(bin, "node"), "#!/bin/sh\necho borrowed-node\n", { mode: 0o755 });
    const host = new MemoryHost();
    host.commit(WORKFLOW_PATH, workflowOf(`- run: node --version`));
    const runner = createRunner(host, { workDir: join(closed, "work"), toolPath: `${bin}:/usr/bin:/bin` });
    try {
      const { repository } = host;
      await runner.dispatch({ repository, event: "push", actor: ACTOR });
      await runner.whenIdle();
      const [run] = host.runs.values();
      expect(host.logOf(run?.id ?? 0)).toContain("borrowed-node");
      expect(host.logOf(run?.id ?? 0)).toContain(`cannot enter ${closed}`);
    } finally {
      await runner.stop();
      await rm(closed, { recursive: true, force: true });
      const [run] = host.runs.keys();
      const [, borrowed = ""] = /jobs run in (\S+) instead/.exec(host.logOf(run ?? 0)) ?? [];
      await expect(readdir(borrowed)).rejects.toThrow("ENOENT");
    }
  });
});

describe("processes", () => {
  test.each([
    ["in the background", (sleep: string) => `sleep ${sleep} &`],
    ["in a session of its own", (sleep: string) => `setsid sleep ${sleep} &`],
    ["without its environment", (sleep: string) => `env -i sleep ${sleep} &`],
    [
      "in another directory and session",
      (sleep: string) => `(cd / && setsid sleep ${sleep} >/dev/null 2>&1 &) ; true`,
    ],
    ["detached in every way", (sleep: string) => `(setsid env -i sleep ${sleep} >/dev/null 2>&1 &) ; true`],
  ])("ends a process that a step leaves %s", async (_, leave) => {
    const sleep = uniqueSleep();
    // A detached shell may not have become `sleep` yet when the next step begins: the step waits until it has.
    const { run, log } = await bench.run(
      workflowOf(
        `- run: '${leave(sleep)}'\n- run: timeout 20 sh -c "until pgrep -f '^sleep ${sleep}'; do true; done" && echo "still there"`,
      ),
    );
    expect(run.conclusion).toBe("success");
    expect(log).toContain("still there");
    expect(await isAlive(`sleep\0${sleep}`)).toBe(false);
  });

  test("ends the step and what it started at the job's time limit, and still runs always()", async () => {
    const sleep = uniqueSleep();
    const source = workflowOf(
      `- run: sleep ${sleep}\n- if: always()\n  run: echo "after \${{ job.status }}"`,
    );
    const { run, log } = await bench.run(
      source.replace("    steps:", "    timeout-minutes: 0.005\n    steps:"),
    );
    expect(run.conclusion).toBe("cancelled");
    expect(log).toContain("has exceeded the maximum execution time of 0.005 minutes");
    expect(log).toContain("after cancelled");
    expect(await isAlive(`sleep\0${sleep}`)).toBe(false);
  });

  test("fails a step at its own time limit", async () => {
    const { run, log } = await bench.run(
      workflowOf(`- { name: slow, timeout-minutes: 0.005, run: sleep 1000 }`),
    );
    expect(run.conclusion).toBe("failure");
    expect(log).toContain("The action 'slow' has timed out after 0.005 minutes.");
  });

  test("cancels a run in progress", async () => {
    const sleep = uniqueSleep();
    const { id } = await bench.dispatch(workflowOf(`- run: sleep ${sleep}\n- run: echo never-printed`));
    await waitUntil("the step runs", () => isAlive(`sleep\0${sleep}`));
    expect(bench.runner.cancel(id)).toBe(true);
    await bench.runner.whenIdle();
    expect(bench.host.getRun(id)).toMatchObject({ status: "completed", conclusion: "cancelled" });
    expect(await isAlive(`sleep\0${sleep}`)).toBe(false);
    expect(bench.runner.cancel(id)).toBe(false);
  });

  test("kills a step that ignores every signal when the runner stops", async () => {
    const sleep = uniqueSleep();
    const { id } = await bench.dispatch(
      workflowOf(`- run: trap '' INT TERM; sleep ${sleep}\n- { if: always(), run: echo never-printed }`),
    );
    await waitUntil("the step runs", () => isAlive(`sleep\0${sleep}`));
    await bench.runner.stop();
    expect(bench.host.getRun(id)).toMatchObject({ status: "completed", conclusion: "cancelled" });
    expect(bench.host.logOf(id)).not.toMatch(/Z never-printed/);
    expect(await isAlive(`sleep\0${sleep}`)).toBe(false);
  });

  test("ends and removes what a runner that was killed left behind", async () => {
    const sleep = uniqueSleep();
    const left = join(bench.workDir, "jobs", "job-left");
    await mkdir(left, { recursive: true });
    const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    spawn("sleep", [sleep], { cwd: left, detached: true, stdio: "ignore", ...user });
    await waitUntil("the process runs", () => isAlive(`sleep\0${sleep}`));
    const next = createRunner(bench.host, { workDir: bench.workDir, toolPath: dirname(process.execPath) });
    next.start();
    await waitUntil("its directory is gone", async () => (await readdir(dirname(left))).length === 0);
    expect(await isAlive(`sleep\0${sleep}`)).toBe(false);
    await next.stop();
  });
});
