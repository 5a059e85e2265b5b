import { setTimeout as delay } from "node:timers/promises";
import type { DeploymentDetail, DeploymentSamples, MetricName } from "@pulsekeep/contracts/api/deployments";
import type { ApiClient } from "../../tools/demo/api-client.ts";
import { activateEndpoint, closeProject, openProject, signIn } from "../../tools/demo/demo-project.ts";
import { VERSIONS } from "../../tools/demo/demo-options.ts";
import { Pipeline } from "../../tools/demo/pipeline.ts";
import { openShop } from "../../tools/demo/shop.ts";
import { BASELINE_SAMPLES, waitForSamples } from "../../tools/demo/wait-for-samples.ts";
import { BenchFailure } from "../failure.ts";
import { type Fault, type Sample, TRACES } from "./faults.ts";
import { watchProcessorWait } from "./processor-wait.ts";

const LOOK_EVERY_MS = 500;
const VERDICT_PATIENCE_MS = 120_000;

export interface DeploymentOrder {
  number: number;
  fault: Fault | "none";
}

export interface WatchedDeployment extends DeploymentOrder {
  verdict: string;
  confidence: number;
  /** Samples since the deployment that the verdict rests on. */
  samples: number;
  /** The verdict came before the window was over. */
  early: boolean;
  /** Samples at the first look from which on the touched metric was found regressed; undefined: at none. */
  namedAt: number | undefined;
  baseline: Sample[];
  observed: Sample[];
  requestsPerSecond: number;
  /** Share of the time in which some process of the machine waited for a processor; undefined: not known. */
  processorWait: number | undefined;
}

/** One deployment from an empty account to the verdict, as `demo:deploy` does it, in a shop of its own. */
export async function watchDeployment(
  order: DeploymentOrder,
  {
    api,
    port,
    visitorsPerSecond,
    stop,
  }: { api: ApiClient; port: number; visitorsPerSecond: number | undefined; stop: AbortSignal },
): Promise<WatchedDeployment> {
  const account = { email: `shop-${order.number}@example.com`, password: "a-shop-on-loopback" };
  await signIn(api, account);
  const project = await openProject(api);
  const ends: (() => Promise<unknown>)[] = [() => closeProject(api, project.id)];
  const onStarted = (end: () => Promise<unknown>) => void ends.push(end);
  const { hmacSecretPlain } = project;
  try {
    const shop = await openShop({ port, hmacSecretPlain, visitorsPerSecond, stop, onStarted });
    await activateEndpoint(api, project.id, shop.endpoint);
    const processorWait = watchProcessorWait();
    const [sentBefore, fromMs] = [shop.visitors.sent, performance.now()];
    await waitForSamples(api, project.id, {
      wanted: BASELINE_SAMPLES,
      signal: stop,
      onSample: () => undefined,
    });
    const requestsPerSecond = (1_000 * (shop.visitors.sent - sentBefore)) / (performance.now() - fromMs);
    const pipeline = new Pipeline(api, project.apiKeyPlain);
    const id = await pipeline.trigger(VERSIONS[order.fault], shop.endpoint);
    await shop.replaceBy(VERSIONS[order.fault]);
    await pipeline.finish(id, "success");
    const metric = order.fault === "none" ? undefined : TRACES[order.fault].metric;
    const outcome = await waitForVerdict(api, { id, metric, stop });
    const { samples } = await api.get<DeploymentSamples>(`/api/v1/deployments/${id}/samples`);
    const inPhase = (phase: string) => samples.filter((sample) => sample.phase === phase);
    return {
      ...order,
      ...outcome,
      requestsPerSecond,
      processorWait: processorWait(),
      baseline: inPhase("baseline"),
      observed: inPhase("observing"),
    };
  } finally {
    for (const end of ends.reverse()) await end().catch(() => undefined);
  }
}

type Outcome = Pick<WatchedDeployment, "verdict" | "confidence" | "samples" | "early" | "namedAt">;

async function waitForVerdict(
  api: ApiClient,
  { id, metric, stop }: { id: string; metric: MetricName | undefined; stop: AbortSignal },
): Promise<Outcome> {
  const deadline = performance.now() + VERDICT_PATIENCE_MS;
  let namedAt: number | undefined;
  while (performance.now() < deadline) {
    const { verdict, state } = await api.get<DeploymentDetail>(`/api/v1/deployments/${id}`, { signal: stop });
    const samples = verdict?.quality.postSamples ?? 0;
    const found = verdict?.metrics.find((one) => one.metric === metric);
    namedAt = found?.state === "regressed" ? (namedAt ?? samples) : undefined;
    if (verdict?.final)
      return {
        verdict: verdict.state,
        confidence: verdict.confidence,
        samples,
        early: state === "observing",
        namedAt,
      };
    await delay(LOOK_EVERY_MS, undefined, { signal: stop });
  }
  throw new BenchFailure(`Deployment ${id} got no verdict`);
}
