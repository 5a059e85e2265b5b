import { setTimeout as sleep } from "node:timers/promises";
import { Inject, Injectable } from "@nestjs/common";
import type { DeploymentWait } from "@pulsekeep/contracts/api/ci";
import type { DeploymentSamples } from "@pulsekeep/contracts/api/deployments";
import { DeploymentNews } from "./deployment-news.service.js";

type Sample = DeploymentSamples["samples"][number];

/** Samples of one look; more are fetched in the next one. */
export const STREAM_BATCH = 500;
/** News that come together are one look. */
const GATHER_MS = 100;
/** News may be lost; a stream looks by itself as well. */
const LOOK_AGAIN_MS = 5_000;

/**
 * What a stream says. `deployment`: as it is now, whenever that has changed. `sample`: one of its watch, each once.
 * `end`: nothing will change any more.
 */
export type StreamNews =
  | { event: "deployment"; data: DeploymentWait }
  | { event: "sample"; data: Sample; id: string }
  | { event: "end"; data: Record<string, never> };

export type Followed = {
  deploymentId: string;
  /** Samples until then are known. */
  after: Date | undefined;
  look: () => Promise<DeploymentWait>;
  listSince: (after: Date | undefined) => Promise<Sample[]>;
  ended: AbortSignal;
};

/** Follows one deployment until it is over or nobody listens any more. */
@Injectable()
export class DeploymentStreams {
  constructor(@Inject(DeploymentNews) private readonly news: DeploymentNews) {}

  async *follow({ deploymentId, after, look, listSince, ended }: Followed): AsyncGenerator<StreamNews> {
    let wake: () => void = () => undefined;
    const topics = ["deployment.changed", "sample.recorded"] as const;
    const unlisten = this.news.listen(deploymentId, topics, () => wake());
    ended.addEventListener("abort", () => wake(), { once: true });
    let said = "";
    let newest = after;
    try {
      while (!ended.aborted) {
        // Listens before it looks, so that what comes in between is not slept through.
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const seen = await look();
        const samples = await listSince(newest);
        for (const sample of samples) yield { event: "sample", data: sample, id: sample.at };
        const last = samples.at(-1);
        if (last) newest = new Date(last.at);
        if (samples.length >= STREAM_BATCH) continue;
        const now = JSON.stringify(seen);
        if (now !== said) yield { event: "deployment", data: seen };
        said = now;
        if (isOver(seen)) {
          yield { event: "end", data: {} };
          return;
        }
        await waitFor(woken, ended);
      }
    } finally {
      unlisten();
    }
  }
}

const isOver = ({ isFinal, deployment: { state } }: DeploymentWait): boolean =>
  isFinal && state !== "running" && state !== "observing";

async function waitFor(woken: Promise<void>, ended: AbortSignal): Promise<void> {
  const timer = new AbortController();
  const again = sleep(LOOK_AGAIN_MS, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([woken, again]);
  timer.abort();
  if (!ended.aborted) await sleep(GATHER_MS);
}
