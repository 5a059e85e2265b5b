import { deriveWorkerKeys, epochAt, sealSignal, type WorkerKeys } from "@pulsekeep/signing";
import { say } from "../lines.ts";
import type { BenchWorker } from "./population.ts";
import type { Engine } from "./start-engine.ts";

const CLAIM_MAX = 50;
const WAIT_MS = 20_000;
const COMMIT_SHA = "a".repeat(40);

type Claimed = Awaited<ReturnType<Engine["claims"]["claimRuns"]>>[number];

/** What a worker's keys are kept as: derived once per epoch, as the server's own check of proofs does. */
const kept = new Map<string, { epoch: number; keys: WorkerKeys }>();

/**
 * Plays one worker until it has ended `runs` runs: waits, claims, gets each signal signed and sealed with its
 * keys, and reports success, all as the routes for workers do behind their proof.
 *
 * @param onEnd told each run that ended, once its report is committed
 */
export async function driveWorker(
  engine: Engine,
  worker: BenchWorker,
  { runs, onEnd }: { runs: number; onEnd: (runId: string) => void },
): Promise<void> {
  let ended = 0;
  const isOver = () => ended >= runs;
  await driveWorkerUntil(engine, worker, {
    isOver,
    onEnd: (runId) => {
      ended += 1;
      onEnd(runId);
    },
  });
}

/** The same until somebody says that it is over, which is asked at the end of each wait. */
export async function driveWorkerUntil(
  engine: Engine,
  worker: BenchWorker,
  { isOver, onEnd }: { isOver: () => boolean; onEnd: (runId: string) => void },
): Promise<void> {
  while (!isOver()) {
    const claimed = await claim(engine, worker);
    const reported = claimed.map(async (run) => {
      await report(engine, worker, run);
      onEnd(run.runId);
    });
    await Promise.all(reported);
  }
}

async function claim(engine: Engine, worker: BenchWorker): Promise<Claimed[]> {
  const request = { claimId: engine.newBytes(16).toString("base64url"), max: CLAIM_MAX };
  const startedMs = performance.now();
  const claimed = await engine.waiting.waitFor(worker.workerId, {
    waitMs: WAIT_MS,
    look: () => engine.claims.claimRuns(worker, request),
  });
  if (claimed.length > 0 && performance.now() - startedMs >= WAIT_MS)
    say(
      `worker ${worker.clientId} was not woken: found ${claimed.length} offered runs at the end of its wait`,
    );
  const now = new Date();
  for (const run of claimed) sealFor(worker, run, { now, iv: engine.newBytes(12) });
  return claimed;
}

function sealFor(worker: BenchWorker, run: Claimed, { now, iv }: { now: Date; iv: Buffer }): string {
  return sealSignal({
    keys: keysOf(worker, now),
    signal: {
      signalId: run.signalId,
      runId: run.runId,
      workerId: worker.clientId,
      seq: run.seq,
      notBefore: run.notBefore,
      expiresAt: run.expiresAt,
      kind: run.action.kind,
      params: run.action.params,
    },
    iv,
  });
}

function keysOf(worker: BenchWorker, now: Date): WorkerKeys {
  const epoch = epochAt(now);
  const known = kept.get(worker.workerId);
  if (known?.epoch === epoch) return known.keys;
  const keys = deriveWorkerKeys({ ...worker, epoch });
  kept.set(worker.workerId, { epoch, keys });
  return keys;
}

async function report(engine: Engine, worker: BenchWorker, run: Claimed): Promise<void> {
  if (run.action.kind !== "commit" || run.action.params.message === "")
    throw new Error(`Run ${run.runId} came without a commit to make`);
  const at = new Date().toISOString();
  const { ended } = await engine.claims.recordReport(
    worker,
    {
      runId: run.runId,
      fence: run.fence,
      signalId: run.signalId,
      startedAt: at,
      finishedAt: at,
      result: { outcome: "succeeded", commitSha: COMMIT_SHA, facts: null },
    },
    async () => undefined,
  );
  if (!ended) throw new Error(`Run ${run.runId} did not end by its report`);
}
