import type { Pulse } from "@pulsekeep/contracts/api/pulses";
import { newSecret } from "../../platform/ids.js";
import { startTestApp } from "../../testing/test-app.js";
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

export type TestOpenPulse = Awaited<ReturnType<typeof startTestOpenPulse>>;

/** The real server, and pulses of Alice's that a worker waits for, one after the other. */
export async function startTestOpenPulse() {
  const test = await startTestApp();
  const alice = await test.signUp("Alice");
  let opened: { worker: TestWorker; pulse: Pulse } | undefined;
  const current = () => {
    if (!opened) throw new Error("no pulse was opened");
    return opened;
  };

  /** As if it was so a second ago; the sweeper looks at once, and not within a second. */
  async function putBack(column: string, runId: string): Promise<void> {
    await test.sql(
      `update runs set ${column} = now() - interval '1 second', next_action_at = now() - interval '1 second' where id = $1`,
      [runId],
    );
    await test.get(SweeperJobs).sweepOnce();
  }

  return {
    test,
    sql: test.sql,
    alice,
    get worker(): TestWorker {
      return current().worker;
    },
    get pulse(): Pulse {
      return current().pulse;
    },
    /** The next worker, which has said hello, and a daily pulse of it. */
    async openPulse(): Promise<void> {
      const worker = await enrolTestWorker(test, alice);
      await worker.hello();
      opened = { worker, pulse: await createPulse(alice, worker) };
    },
    /** The next run that there is for the worker. */
    claimOne: (claimId = newSecret(16)): Promise<Claimed> =>
      eventually(async () => (await current().worker.claim({ claimId, max: 1 }))[0], {
        what: "a run to claim",
      }),
    /** As if the worker had been silent for too long. */
    expireLease: ({ runId }: { runId: string }): Promise<void> => putBack("lease_expires_at", runId),
    /** As if nobody had come in time. */
    closeWindow: (runId: string): Promise<void> => putBack("window_ends_at", runId),
    close: (): Promise<void> => test.close(),
  };
}
