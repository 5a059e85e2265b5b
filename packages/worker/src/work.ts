import type {
  ClaimedRun,
  ClaimRequest,
  HelloRequest,
  ReleaseRequest,
  ReportRequest,
} from "@pulsekeep/contracts/worker-protocol";
import { cadenceOf } from "./cadence.js";
import type { WorkerConfig } from "./config.js";
import { findField, listOf } from "./github-json.js";
import { keepLeases, type LeaseKeeper } from "./lease-keeper.js";
import { type Memory, performRun } from "./perform-run.js";
import { fetchRunnerToken } from "./runner-token.js";
import { askServer, type ServerAnswer, type ServerQuestion } from "./server-client.js";
import type { Surroundings } from "./surroundings.js";

/** Exit codes: 0 for done or nothing to do, 1 for what the user must look at. */
export type ExitCode = 0 | 1;

const MAX_RUNS_PER_CLAIM = 5;
const CLAIM_WAIT_SECONDS = 3;
const CLAIM_TIMEOUT_MS = (CLAIM_WAIT_SECONDS + 15) * 1_000;
/** Well inside the session's ten minutes and the job's time-out. */
const MAX_AWAKE_MS = 5 * 60_000;

/** As the generated workflow has it; who changed it sees the right number when the schedule wakes the worker. */
const GENERATED_CRON = "0 * * * *";

interface Session {
  config: WorkerConfig;
  around: Surroundings;
  memory: Memory;
  ask: (
    what: "claim" | "report" | "release" | "heartbeat",
    body: object,
    options?: Pick<ServerQuestion, "timeoutMs" | "attempts">,
  ) => Promise<ServerAnswer>;
}

/** Says hello, then claims, performs and reports runs until there is nothing left to do. */
export async function work(
  config: WorkerConfig,
  around: Surroundings,
  hello: HelloRequest,
): Promise<ExitCode> {
  const wokenAt = around.now();
  const runnerToken = await fetchRunnerToken(config, around);
  if (config.oidc && !runnerToken) {
    around.log("the runner gave no identity token");
    return 1;
  }
  const answer = await askServer(config, around, { path: "/v1/worker/hello", body: hello, runnerToken });
  const body = readAnswer(answer, "hello", around);
  const sessionId = body?.["sessionId"];
  if (typeof sessionId !== "string") return exitCodeOf(answer);
  const memory: Memory = { signalIds: new Set(), seqs: new Map(), allow: undefined };
  const ask: Session["ask"] = (what, question, options) =>
    askServer(config, around, { path: `/v1/worker/${what}`, body: question, sessionId, ...options });
  const exitCode = await claimAndPerform({ config, around, memory, ask });
  logCadence({ config, around }, wokenAt, body?.["nextCheckInSeconds"]);
  return exitCode;
}

/** Says when the worker wakes next, and what its schedule takes of the user's allowance of Actions minutes. */
function logCadence(
  { config, around }: Pick<Session, "config" | "around">,
  wokenAt: Date,
  nextCheckInSeconds: unknown,
): void {
  const wokenMs = wokenAt.getTime();
  if (typeof nextCheckInSeconds === "number") {
    const at = new Date(wokenMs + nextCheckInSeconds * 1_000).toISOString();
    around.log(`next check-in: ${at.slice(0, 16)}Z, or later when GitHub is busy`);
  }
  const cron = config.cron ?? GENERATED_CRON;
  const cadence = config.oidc && cadenceOf(cron, around.now().getTime() - wokenMs);
  if (cadence !== undefined)
    around.log(`schedule ${cron}: ${cadence.wakes} runs, ${cadence.minutes} minutes of Actions in 30 days`);
}

async function claimAndPerform(session: Session): Promise<ExitCode> {
  const { around, ask, memory } = session;
  const endsAt = around.now().getTime() + MAX_AWAKE_MS;
  const mayGoOn = () => around.now().getTime() < endsAt && !around.isStopping();
  let performed = 0;
  while (mayGoOn()) {
    const claimId = Buffer.from(around.randomBytes(18)).toString("base64url");
    const claim: ClaimRequest = { claimId, max: MAX_RUNS_PER_CLAIM, waitSeconds: CLAIM_WAIT_SECONDS };
    const answer = await ask("claim", claim, { timeoutMs: CLAIM_TIMEOUT_MS });
    const body = readAnswer(answer, "claim", around);
    if (body === undefined) return exitCodeOf(answer);
    const runs = readRuns(body["runs"]);
    if (runs.length === 0) break;
    // The user may have changed the bounds since the last claim.
    memory.allow = undefined;
    const keeper = keepLeases(runs, around.now, (held) => ask("heartbeat", held, { attempts: 1 }));
    for (const [at, run] of runs.entries()) {
      if (!mayGoOn()) {
        const left = runs.slice(at).map(({ runId, fence }) => ({ runId, fence }));
        readAnswer(await ask("release", { runs: left } satisfies ReleaseRequest), "release", around);
        break;
      }
      if (!(await performAndReport(session, run, keeper))) return 1;
      performed++;
    }
  }
  around.log(performed === 0 ? "nothing to do" : `${performed} runs reported`);
  return 0;
}

/** False when the server's answer to the report could not be trusted. */
async function performAndReport(
  { config, around, memory, ask }: Session,
  run: ClaimedRun,
  keeper: LeaseKeeper,
): Promise<boolean> {
  const startedAt = around.now().toISOString();
  const isHeld = () => keeper.isHeld(run.runId);
  const { signalId, result } = await performRun(run, { config, around, memory, isHeld });
  keeper.drop(run.runId);
  const reason = "reason" in result ? ` (${result.reason.code}: ${result.reason.detail})` : "";
  around.log(`run ${run.runId}: ${result.outcome}${reason}`);
  const { runId, fence } = run;
  const finishedAt = around.now().toISOString();
  const body: ReportRequest = { runId, fence, signalId, startedAt, finishedAt, result };
  const answer = await ask("report", body);
  readAnswer(answer, "report", around);
  return answer.kind !== "untrusted";
}

/** The body of a good answer; why there is none goes to the log. */
export function readAnswer(
  answer: ServerAnswer,
  what: string,
  around: Pick<Surroundings, "log">,
): Record<string, unknown> | undefined {
  if (answer.kind === "answered" && answer.status === 200) return answer.body;
  const problems = {
    untrusted: "the answer is not from our server",
    unreachable: "the server cannot be reached",
    answered: "the server refused",
  };
  const why = answer.kind === "answered" ? `${answer.status} ${String(answer.body["code"])}` : answer.why;
  around.log(`${what}: ${problems[answer.kind]} (${why})`);
  return undefined;
}

/** A server that is down for an hour is no reason to send the user a mail about a failed workflow. */
function exitCodeOf(answer: ServerAnswer): ExitCode {
  return answer.kind === "unreachable" ? 0 : 1;
}

/** The runs of a claim's answer that can be told apart and opened. */
export function readRuns(value: unknown): ClaimedRun[] {
  const types = { runId: "string", fence: "number", signal: "string" };
  const isRun = (run: unknown): run is ClaimedRun =>
    Object.entries(types).every(([name, type]) => typeof findField(run, name) === type);
  return listOf(value).filter(isRun);
}
