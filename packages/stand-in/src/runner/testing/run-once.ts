import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRunner } from "../create-runner.js";
import type { DispatchRequest, Runner, RunnerOptions, WorkflowRunRecord } from "../runner-host.js";
import { MemoryHost } from "./memory-host.js";

export const WORKFLOW_PATH = ".github/workflows/wake.yml";
export const ACTOR = { login: "alice", id: 501 };

/** A runner with its host in a directory of its own, ended and removed by `dispose`. */
export interface RunnerBench {
  readonly host: MemoryHost;
  readonly runner: Runner;
  readonly workDir: string;
  dispatch(source: string, request?: Partial<DispatchRequest>): Promise<WorkflowRunRecord>;
  /** Dispatches and waits for the end. */
  run(source: string, request?: Partial<DispatchRequest>): Promise<{ run: WorkflowRunRecord; log: string }>;
  dispose(): Promise<void>;
}

export async function openBench(options: Partial<RunnerOptions> = {}): Promise<RunnerBench> {
  const workDir = await mkdtemp(join(tmpdir(), "runner-test-"));
  const host = new MemoryHost();
  const toolPath = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
  const runner = createRunner(host, { workDir, toolPath, ...options });
  const dispatch: RunnerBench["dispatch"] = async (source, request = {}) => {
    host.commit(WORKFLOW_PATH, source);
    const base = { repository: host.repository, event: "workflow_dispatch", actor: ACTOR } as const;
    const result = await runner.dispatch({ ...base, workflowPath: WORKFLOW_PATH, ...request });
    const run = result.ok ? result.runs[0] : undefined;
    if (run === undefined) throw new Error(result.ok ? "Nothing ran" : result.message);
    return run;
  };
  return {
    host,
    runner,
    workDir,
    dispatch,
    run: async (source, request) => {
      const { id } = await dispatch(source, request);
      await runner.whenIdle();
      return { run: host.getRun(id), log: host.logOf(id) };
    },
    dispose: async () => {
      await runner.stop();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

/** A workflow of one job with these steps (YAML, from column 0). */
export function workflowOf(steps: string, head = ""): string {
  const indented = steps
    .trim()
    .split("\n")
    .map((line) => `      ${line}`)
    .join("\n");
  return `name: Wake\non: [workflow_dispatch, push]\n${head}\njobs:\n  wake:\n    runs-on: ubuntu-latest\n    steps:\n${indented}\n`;
}

/** Polls until the condition holds, and fails after ten seconds. */
export async function waitUntil(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const endAt = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > endAt) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
