import { setTimeout as delay } from "node:timers/promises";
import type { Project } from "@pulsekeep/contracts/api/projects";
import type { ApiClient } from "./api-client.ts";
import { DemoFailure } from "./demo-failure.ts";

/** What a deployment is compared with here: a minute. */
export const BASELINE_SAMPLES = 30;

const LOOK_EVERY_MS = 500;
const PATIENCE_MS = 30_000;

/** Waits until PulseKeep has taken `wanted` samples more. `onSample` hears of each. */
export async function waitForSamples(
  api: ApiClient,
  projectId: string,
  { wanted, signal, onSample }: { wanted: number; signal: AbortSignal; onSample: (count: number) => void },
): Promise<void> {
  let lastAt: string | null | undefined;
  let count = 0;
  let newsAt = performance.now();
  while (count < wanted) {
    const project = await api.get<Project>(`/api/v1/projects/${projectId}`, { signal });
    if (project.lastSampleAt !== lastAt) {
      if (lastAt !== undefined) onSample((count += 1));
      lastAt = project.lastSampleAt;
      newsAt = performance.now();
    }
    if (performance.now() - newsAt > PATIENCE_MS)
      throw new DemoFailure(
        `PulseKeep takes no samples of the shop: ${project.lastScrapeErrorCode ?? "no reason known"}`,
      );
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}
