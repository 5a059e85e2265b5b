import type { Pulse } from "@pulsekeep/contracts/api/pulses";
import { newSecret } from "../../platform/ids.js";
import type { TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse } from "../../testing/test-pulse.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";
import { SweeperJobs } from "./sweeper.jobs.js";

type Claimed = Awaited<ReturnType<TestWorker["claim"]>>[number];

/** What a worker reports that may try again. */
export const FAILED = {
  outcome: "failed",
  reason: { code: "github_unavailable", detail: "502" },
} as const;

export type OpenPulse = {
  worker: TestWorker;
  pulse: Pulse;
  /** The next run that there is for the worker. */
  claimOne: (claimId?: string) => Promise<Claimed>;
};

/** A worker that has said hello, and a daily pulse of it. */
export async function openPulse(test: TestApp, owner: TestClient): Promise<OpenPulse> {
  const worker = await enrolTestWorker(test, owner);
  await worker.hello();
  const pulse = await createPulse(owner, worker);
  const claimOne = (claimId = newSecret(16)) =>
    eventually(async () => (await worker.claim({ claimId, max: 1 }))[0], { what: "a run to claim" });
  return { worker, pulse, claimOne };
}

type Server = Pick<TestApp, "sql" | "get">;

/** As if the worker had been silent for too long; the sweeper looks at once, and not within a second. */
export async function expireLease({ sql, get }: Server, claimed: { runId: string }): Promise<void> {
  await sql(
    "update runs set lease_expires_at = now() - interval '1 second', next_action_at = now() - interval '1 second' where id = $1",
    [claimed.runId],
  );
  await get(SweeperJobs).sweepOnce();
}

/** As if nobody had come in time; the sweeper looks at once. */
export async function closeWindow({ sql, get }: Server, runId: string): Promise<void> {
  await sql(
    "update runs set window_ends_at = now() - interval '1 second', next_action_at = now() - interval '1 second' where id = $1",
    [runId],
  );
  await get(SweeperJobs).sweepOnce();
}
