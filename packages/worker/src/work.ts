import { isPlainObject } from "@pulsekeep/signing";
import type {
  ClaimedRun,
  ClaimRequest,
  HelloRequest,
  ReleaseRequest,
  ReportRequest,
} from "@pulsekeep/contracts/worker-protocol";
import type { WorkerConfig } from "./config.js";
import { type Memory, performRun } from "./perform-run.js";
import { fetchRunnerToken } from "./runner-token.js";
import { askServer, type ServerAnswer } from "./server-client.js";
import type { Surroundings } from "./surroundings.js";

/** Exit codes: 0 for done or nothing to do, 1 for what the user must look at. */
export type ExitCode = 0 | 1;

const MAX_RUNS_PER_CLAIM = 5;
const CLAIM_WAIT_SECONDS = 3;
const CLAIM_TIMEOUT_MS = (CLAIM_WAIT_SECONDS + 15) * 1_000;
/** Well inside the session's ten minutes and the job's time-out. */
const MAX_AWAKE_MS = 5 * 60_000;

interface Session {
  config: WorkerConfig;
  around: Surroundings;
  sessionId: string;
  memory: Memory;
}

/** Says hello, then claims, performs and reports runs until there is nothing left to do. */
export async function work(
  config: WorkerConfig,
  around: Surroundings,
  hello: HelloRequest,
): Promise<ExitCode> {
  const runnerToken = await fetchRunnerToken(config, around);
  if (config.oidc !== undefined && runnerToken === undefined) {
    around.log("the runner gave no identity token");
    return 1;
  }
  const answer = await askServer(config, around, { path: "/v1/worker/hello", body: hello, runnerToken });
  const body = readAnswer(answer, "hello", around);
  const sessionId = body?.["sessionId"];
  if (typeof sessionId !== "string") return exitCodeOf(answer);
  const memory: Memory = { signalIds: new Set(), seqs: new Map(), allow: undefined };
  return claimAndPerform({ config, around, sessionId, memory });
}

async function claimAndPerform(session: Session): Promise<ExitCode> {
  const { config, around, sessionId } = session;
  const endsAt = around.now().getTime() + MAX_AWAKE_MS;
  const mayGoOn = () => around.now().getTime() < endsAt && !around.isStopping();
  let performed = 0;
  while (mayGoOn()) {
    const claimId = Buffer.from(around.randomBytes(18)).toString("base64url");
    const claim: ClaimRequest = { claimId, max: MAX_RUNS_PER_CLAIM, waitSeconds: CLAIM_WAIT_SECONDS };
    const question = { path: "/v1/worker/claim", body: claim, sessionId, timeoutMs: CLAIM_TIMEOUT_MS };
    const answer = await askServer(config, around, question);
    const body = readAnswer(answer, "claim", around);
    if (body === undefined) return exitCodeOf(answer);
    const runs = readRuns(body["runs"]);
    if (runs.length === 0) break;
    for (const [at, run] of runs.entries()) {
      if (!mayGoOn()) {
        await release(session, runs.slice(at));
        break;
      }
      if (!(await performAndReport(session, run))) return 1;
      performed++;
    }
  }
  around.log(performed === 0 ? "nothing to do" : `${performed} runs reported`);
  return 0;
}

/** False when the server's answer to the report could not be trusted. */
async function performAndReport(
  { config, around, sessionId, memory }: Session,
  run: ClaimedRun,
): Promise<boolean> {
  const startedAt = around.now().toISOString();
  const { signalId, result } = await performRun(run, { config, around, memory });
  const reason = "reason" in result ? ` (${result.reason.code}: ${result.reason.detail})` : "";
  around.log(`run ${run.runId}: ${result.outcome}${reason}`);
  const { runId, fence } = run;
  const report: ReportRequest = {
    runId,
    fence,
    signalId,
    startedAt,
    finishedAt: around.now().toISOString(),
    result,
  };
  const answer = await askServer(config, around, { path: "/v1/worker/report", body: report, sessionId });
  readAnswer(answer, "report", around);
  return answer.kind !== "untrusted";
}

async function release({ config, around, sessionId }: Session, runs: readonly ClaimedRun[]): Promise<void> {
  const body: ReleaseRequest = { runs: runs.map(({ runId, fence }) => ({ runId, fence })) };
  const answer = await askServer(config, around, { path: "/v1/worker/release", body, sessionId });
  readAnswer(answer, "release", around);
}

/** The body of a good answer; why there is none goes to the log. */
export function readAnswer(
  answer: ServerAnswer,
  what: string,
  around: Pick<Surroundings, "log">,
): Record<string, unknown> | undefined {
  if (answer.kind === "untrusted") around.log(`${what}: the answer is not from our server (${answer.why})`);
  else if (answer.kind === "unreachable") around.log(`${what}: the server cannot be reached (${answer.why})`);
  else if (answer.status === 200) return answer.body;
  else around.log(`${what}: the server refused (${answer.status} ${String(answer.body["code"])})`);
  return undefined;
}

/** A server that is down for an hour is no reason to send the user a mail about a failed workflow. */
function exitCodeOf(answer: ServerAnswer): ExitCode {
  return answer.kind === "unreachable" ? 0 : 1;
}

/** The runs of a claim's answer that can be told apart and opened. */
export function readRuns(value: unknown): ClaimedRun[] {
  if (!Array.isArray(value)) return [];
  return value.filter((run: unknown): run is ClaimedRun => {
    return (
      isPlainObject(run) &&
      typeof run["runId"] === "string" &&
      typeof run["fence"] === "number" &&
      typeof run["signal"] === "string"
    );
  });
}
