import type { RunOutcome } from "@pulsekeep/contracts/worker-protocol";
import type { AllowList } from "../allow-list.js";
import type { WorkerConfig } from "../config.js";
import type { GitHub } from "../github-client.js";
import type { Surroundings } from "../surroundings.js";

/** What every effect is given. */
export interface EffectContext {
  config: WorkerConfig;
  around: Surroundings;
  github: GitHub;
  allow: AllowList;
  runId: string;
  /** Throws `RunFault` once the signal has expired; called right before anything changes. */
  requireFresh: () => void;
}

export type EffectResult = Extract<RunOutcome, { outcome: "succeeded" | "already_done" }>;

/** Done now, perhaps with a commit to point to. */
export function done(commitSha: string | null = null): EffectResult {
  return { outcome: "succeeded", commitSha, facts: null };
}

/** Found to be done before. */
export function alreadyDone(commitSha: string | null = null): EffectResult {
  return { outcome: "already_done", commitSha };
}
