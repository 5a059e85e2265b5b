import type { ClaimedRun, HeartbeatRequest } from "@pulsekeep/contracts/worker-protocol";
import { findField, listOf } from "./github-json.js";
import type { ServerAnswer } from "./server-client.js";

/** Much shorter than a lease, so that some heartbeats may be lost. */
const PAUSE_MS = 30_000;

/** Holds the runs of a claim while they are worked on, one after the other. */
export interface LeaseKeeper {
  /** False once the server has said that the run is not this worker's any more; asks it when it is time to. */
  isHeld: (runId: string) => Promise<boolean>;
  /** To be called when a run was reported. */
  drop: (runId: string) => void;
}

/** Keeps leases by asking the server for more time whenever a part of it is used up. */
export function keepLeases(
  runs: readonly ClaimedRun[],
  now: () => Date,
  ask: (body: HeartbeatRequest) => Promise<ServerAnswer>,
): LeaseKeeper {
  let held = runs;
  let beatAtMs = now().getTime();
  return {
    isHeld: async (runId) => {
      const nowMs = now().getTime();
      if (nowMs - beatAtMs >= PAUSE_MS && held.length > 0) {
        beatAtMs = nowMs;
        const answer = await ask({ runs: held.map(({ runId: id, fence }) => ({ runId: id, fence })) });
        // A server that cannot be reached says nothing about who has a run; lease and signal end by themselves.
        if (answer.kind === "answered" && answer.status === 200) {
          const ids = listOf(answer.body["held"]).map((lease) => findField(lease, "runId"));
          held = held.filter((run) => ids.includes(run.runId));
        }
      }
      return held.some((run) => run.runId === runId);
    },
    drop: (runId) => {
      held = held.filter((run) => run.runId !== runId);
    },
  };
}
