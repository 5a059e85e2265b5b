// `npm run demo:deploy`: a shop under load, a deployment, and the verdict on it.
import { setTimeout as delay } from "node:timers/promises";
import type { DeploymentDetail } from "@pulsekeep/contracts/api/deployments";
import { listenForStop } from "../start/stop-signal.ts";
import { ApiClient } from "./api-client.ts";
import { DemoFailure, Unreachable } from "./demo-failure.ts";
import { type DemoOptions, readDemoOptions } from "./demo-options.ts";
import { activateEndpoint, openProject, signIn } from "./demo-project.ts";
import { Pipeline } from "./pipeline.ts";
import { verdictLines } from "./print-verdict.ts";
import { CURRENT_VERSION, openShop } from "./shop.ts";
import { BASELINE_SAMPLES, waitForSamples } from "./wait-for-samples.ts";

const VERDICT_PATIENCE_MS = 150_000;

type CleanUp = () => Promise<unknown>;

async function deploy(options: DemoOptions, stop: AbortSignal, cleanUps: CleanUp[]): Promise<void> {
  const api = new ApiClient(options.baseUrl);
  await signIn(api, options.account);
  const project = await openProject(api);
  say(`project "Demo shop" of ${options.account.email} on ${options.baseUrl}`);

  const shop = await openShop({
    port: options.appPort,
    hmacSecretPlain: project.hmacSecretPlain,
    stop,
    onStarted: (end) => cleanUps.push(end),
  });
  await activateEndpoint(api, project.id, shop.endpoint);
  say(`the shop ${CURRENT_VERSION} runs on port ${options.appPort} and has visitors`);

  await waitForSamples(api, project.id, {
    wanted: BASELINE_SAMPLES,
    signal: stop,
    onSample: (count) => {
      if (count % 10 === 0) say(`baseline: ${count} of ${BASELINE_SAMPLES} samples`);
    },
  });

  const pipeline = new Pipeline(api, project.apiKeyPlain);
  const deploymentId = await pipeline.trigger(options.version, shop.endpoint);
  let isFinished = false;
  cleanUps.push(async () => isFinished || pipeline.finish(deploymentId, "failed"));
  say(`triggered: deploying ${options.version}`);
  await shop.replaceBy(options.version);
  await pipeline.finish(deploymentId, "success");
  isFinished = true;
  say("finished: PulseKeep observes it");

  const deployment = await waitForVerdict(api, deploymentId, stop);
  say(`${shop.visitors.sent} requests were sent`);
  for (const line of verdictLines(deployment, `${options.baseUrl}/app/deployments/${deploymentId}`))
    console.log(line);
  if (options.stays && deployment.state === "observing") {
    say("the shop stays until the observation ends (Ctrl-C ends it now)");
    await waitFor(api, deploymentId, stop, ({ state }) => state !== "observing");
  }
}

function waitForVerdict(api: ApiClient, id: string, stop: AbortSignal): Promise<DeploymentDetail> {
  let shown = 0;
  return waitFor(api, id, stop, ({ verdict, verdictState }) => {
    if (verdict?.final) return true;
    const { postSamples, postExpected } = verdict?.quality ?? { postSamples: 0, postExpected: 0 };
    if (postSamples >= shown + 5) {
      shown = postSamples;
      say(`observing: ${postSamples} of ${postExpected} samples, ${verdictState}`);
    }
    return false;
  });
}

async function waitFor(
  api: ApiClient,
  id: string,
  stop: AbortSignal,
  isReached: (deployment: DeploymentDetail) => boolean,
): Promise<DeploymentDetail> {
  const deadline = performance.now() + VERDICT_PATIENCE_MS;
  while (performance.now() < deadline) {
    const deployment = await findDeployment(api, id, stop);
    if (deployment && isReached(deployment)) return deployment;
    await delay(500, undefined, { signal: stop });
  }
  throw new DemoFailure("No verdict came. PulseKeep's log says more.");
}

/** Undefined while PulseKeep is away: it goes on where it was when it is back. */
async function findDeployment(
  api: ApiClient,
  id: string,
  stop: AbortSignal,
): Promise<DeploymentDetail | undefined> {
  try {
    return await api.get<DeploymentDetail>(`/api/v1/deployments/${id}`, { signal: stop });
  } catch (error) {
    if (error instanceof Unreachable) return undefined;
    throw error;
  }
}

const startedAt = performance.now();
function say(text: string): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0).padStart(4);
  console.log(`${seconds} s  ${text}`);
}

/** Ends what was started, last first, even when one of them fails to. */
async function endAll(cleanUps: CleanUp[]): Promise<void> {
  for (const cleanUp of cleanUps.reverse()) await cleanUp().catch(() => undefined);
}

const stop = listenForStop();
const cleanUps: CleanUp[] = [];
try {
  await deploy(readDemoOptions(process.argv.slice(2), process.env), stop, cleanUps);
} catch (error) {
  process.exitCode = stop.aborted ? 130 : 1;
  if (!stop.aborted) {
    if (!(error instanceof DemoFailure)) console.error(error);
    else console.error(`\npulsekeep: ${error.message}`);
  }
} finally {
  await endAll(cleanUps);
}
process.exit();
