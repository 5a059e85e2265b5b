import { nextRun } from "@pulsekeep/schedule";
import { CliFailure } from "../command-line/cli-failure.js";
import type { Command, Request } from "../command-line/command.js";
import { GitHubApi } from "../github/github-api.js";
import { getGitHubToken } from "../github/github-token.js";
import { readWorkflow, type WorkflowFacts } from "../github/workflow.js";
import type { Terminal } from "../terminal/terminal.js";
import { residentEnvironment } from "./resident-environment.js";
import { findRunningStatus, type RunningStatus, statusFilePath } from "./status-file.js";
import { CONFIG_OPTION, findWorkerFile, type WorkerFile, workerFilePath } from "./worker-file.js";

/** A long poll takes 25 s; a worker that has heard nothing for longer than some of them is not connected. */
const FRESH_MS = 3 * 60_000;
/** GitHub starts scheduled workflows late, now and then by hours. */
const LATE_RUN_MS = 6 * 3_600_000;

export const workerStatus: Command = {
  words: ["worker", "status"],
  summary: "What the worker of this machine is, when it last checked in, when it comes next.",
  description: [
    "A resident worker is looked at where it runs: the process leaves its state in ~/.local/state/pulsekeep. One on GitHub Actions is looked at through GitHub, with your own token.",
    "The exit code serves as a health check of a container.",
  ],
  options: { config: CONFIG_OPTION },
  exits: {
    0: "it works: connected within the last minutes, or its workflow is on and its last run was good",
    1: "it does not work, or has not for a while",
    2: "there is no worker here, or it cannot be looked at",
  },
  examples: ["pulsekeep worker status", "pulsekeep worker status --json | jq .lastCheckInAt"],
  run: status,
};

/** What `--json` prints. */
interface WorkerView {
  kind: "actions" | "resident";
  working: boolean;
  state: string;
  /** What is wrong, in words; null when nothing is. */
  problem: string | null;
  repository: string;
  server: string;
  workerId: string | null;
  lastCheckInAt: string | null;
  /** `null` for a resident worker: it is told at once. */
  nextCheckInAt: string | null;
  lastRun: { outcome: string; at: string; url: string | null } | null;
  secretExpiresAt: string | null;
}

async function status({ options, json }: Request, terminal: Terminal): Promise<number> {
  const path = workerFilePath(options, terminal);
  const file = await findWorkerFile(path);
  const view =
    file?.kind === "actions" ? await lookAtActions(file, terminal) : await lookAtResident(file, terminal);
  if (view === undefined) {
    throw new CliFailure("no_worker", `There is no worker's file at ${path}.`, {
      hint: `"pulsekeep worker init" sets one up.`,
      exitCode: 2,
    });
  }
  if (json) terminal.print(JSON.stringify(view));
  else for (const line of describe(view, terminal)) terminal.print(line);
  return view.working ? 0 : 1;
}

async function lookAtResident(
  file: WorkerFile | undefined,
  terminal: Terminal,
): Promise<WorkerView | undefined> {
  const env = residentEnvironment(terminal.env, file);
  const {
    KEEPSTREAK_CLIENT_ID: clientId,
    GITHUB_REPOSITORY: repository,
    KEEPSTREAK_SERVER_URL: server,
  } = env;
  if (clientId === undefined || repository === undefined || server === undefined) return undefined;
  const running = await findRunningStatus(statusFilePath(clientId, terminal));
  const problem = findProblem(running, terminal.now());
  return {
    kind: "resident",
    working: problem === null,
    state: running?.state ?? "never_run",
    problem,
    repository,
    server,
    workerId: file?.workerId ?? null,
    lastCheckInAt: running?.lastCheckInAt ?? null,
    nextCheckInAt: null,
    lastRun: running?.lastRun
      ? { outcome: running.lastRun.outcome, at: running.lastRun.endedAt, url: null }
      : null,
    secretExpiresAt: file?.secretExpiresAt ?? null,
  };
}

/** Why a resident worker is not working; null when it is. */
export function findProblem(running: RunningStatus | undefined, now: Date): string | null {
  if (running === undefined) return `it has never run here: "pulsekeep worker run" starts it`;
  if (running.state === "refused") return `the server refuses it: ${running.why ?? "no reason given"}`;
  if (running.state === "stopped") return `it was stopped: "pulsekeep worker run" starts it`;
  const silentMs = now.getTime() - Date.parse(running.lastHeardAt ?? running.startedAt);
  if (silentMs > FRESH_MS) {
    const why = running.why === null ? "" : ` (${running.why})`;
    return `the server has not been heard for ${Math.round(silentMs / 60_000)} minutes${why}`;
  }
  return null;
}

async function lookAtActions(file: WorkerFile, terminal: Terminal): Promise<WorkerView> {
  const around = { ...terminal, env: { ...terminal.env, GITHUB_API_URL: file.githubApiUrl } };
  const github = new GitHubApi(await getGitHubToken(around), around);
  const facts = await readWorkflow(github, file.repository);
  const now = terminal.now();
  const next = facts.cron === null ? null : nextScheduled(facts.cron, now);
  const problem = findActionsProblem(facts, now);
  const { lastRun } = facts;
  return {
    kind: "actions",
    working: problem === null,
    state: facts.state ?? "missing",
    problem,
    repository: file.repository,
    server: file.serverUrl,
    workerId: file.workerId,
    lastCheckInAt: lastRun?.createdAt ?? null,
    nextCheckInAt: facts.state === "active" ? next : null,
    lastRun:
      lastRun === null
        ? null
        : {
            outcome: lastRun.conclusion ?? lastRun.status ?? "unknown",
            at: lastRun.createdAt,
            url: lastRun.url,
          },
    secretExpiresAt: file.secretExpiresAt,
  };
}

/** Why a worker on GitHub Actions is not working; null when it is. */
export function findActionsProblem({ state, lastRun, cron }: WorkflowFacts, now: Date): string | null {
  if (state === null) return "its workflow is not in the repository";
  if (state !== "active") return `its workflow is switched off (${state}): enable it under Actions`;
  if (lastRun === null) return "its workflow has never run";
  if (lastRun.status === "completed" && lastRun.conclusion !== "success")
    return `its last run ended as ${lastRun.conclusion}: ${lastRun.url}`;
  const due = cron === null ? null : nextScheduled(cron, new Date(lastRun.createdAt));
  if (due !== null && now.getTime() - Date.parse(due) > LATE_RUN_MS)
    return `GitHub has not started it since ${lastRun.createdAt}`;
  return null;
}

/** The next time of a cron expression, in UTC as GitHub reads it; null when it cannot be read. */
export function nextScheduled(expression: string, after: Date): string | null {
  try {
    const schedule = { kind: "cron", expression } as const;
    const run = nextRun({ schedule, timeZone: "UTC", pulseId: "", jitterSecret: "", after });
    return run?.plannedAt.toISOString() ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function describe(view: WorkerView, terminal: Terminal): string[] {
  const verdict = view.working ? terminal.paint("working", "good") : terminal.paint("not working", "bad");
  const next =
    view.kind === "resident" ? "told at once while it is connected" : (view.nextCheckInAt ?? "not known");
  const rows: [string, string][] = [
    ["worker", `${view.repository}, ${view.kind === "actions" ? "on GitHub Actions" : "resident"}`],
    ["server", view.server],
    ["state", `${view.state}, ${verdict}`],
    ...(view.problem === null ? [] : [["problem", view.problem] as [string, string]]),
    ["last check-in", view.lastCheckInAt ?? "none"],
    ["next check-in", next],
    ["last run", view.lastRun === null ? "none" : `${view.lastRun.outcome} at ${view.lastRun.at}`],
    ["secret expires", view.secretExpiresAt ?? "not known here"],
  ];
  return rows.map(([name, text]) => `${name.padEnd(15)}${text}`);
}
