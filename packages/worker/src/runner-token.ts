import { runnerAudience } from "@pulsekeep/signing";
import type { WorkerConfig } from "./config.js";
import { findField } from "./github-json.js";
import type { Surroundings } from "./surroundings.js";

const ATTEMPTS = 3;
const TIMEOUT_MS = 10_000;

/**
 * Asks the runner for GitHub's OIDC token with an audience that only this server accepts for this worker.
 * `undefined` when the runner gave none.
 */
export async function fetchRunnerToken(
  config: WorkerConfig,
  around: Pick<Surroundings, "fetch" | "sleep">,
): Promise<string | undefined> {
  if (config.oidc === undefined) return undefined;
  const url = new URL(config.oidc.requestUrl);
  url.searchParams.set("audience", runnerAudience({ serverUrl: config.server, clientId: config.clientId }));
  const headers = { authorization: `Bearer ${config.oidc.requestToken}`, accept: "application/json" };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const answer = await around.fetch(url, {
        headers,
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const token = findField(await answer.json(), "value");
      if (answer.ok && typeof token === "string") return token;
    } catch {
      // The runner's token service is known to fail now and then; asking again is all there is to do.
    }
    if (attempt < ATTEMPTS) await around.sleep(1_000 * attempt);
  }
  return undefined;
}
