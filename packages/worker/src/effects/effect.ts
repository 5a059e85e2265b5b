import type { RunOutcome } from "@pulsekeep/contracts/worker-protocol";
import type { AllowList } from "../allow-list.js";
import type { GitHub } from "../github-client.js";

/** What every effect is given. */
export interface EffectContext {
  github: GitHub;
  allow: AllowList;
  runId: string;
  /** `owner/name` of the worker's own repository. */
  repository: string;
  now: () => Date;
  /** Throws `RunFault` once the signal has expired; called right before anything changes. */
  requireFresh: () => void;
}

export type EffectResult = Extract<RunOutcome, { outcome: "succeeded" | "already_done" }>;
