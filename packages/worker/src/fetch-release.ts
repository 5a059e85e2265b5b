import type { ReleaseManifest } from "@pulsekeep/signing";
import type { WorkerConfig } from "./config.js";
import { describeNetworkFault } from "./network-fault.js";
import { fail } from "./run-fault.js";
import type { Surroundings } from "./surroundings.js";

const TIMEOUT_MS = 30_000;

/**
 * Fetches the file of a release, whatever is in it; `undefined` as soon as it is longer than it should be. It needs
 * no proof of the server: what it is, length and hash say.
 */
export async function fetchRelease(
  { config, around }: { config: WorkerConfig; around: Surroundings },
  manifest: Pick<ReleaseManifest, "version" | "length">,
): Promise<Uint8Array | undefined> {
  try {
    const url = `${config.server}/v1/worker/releases/${manifest.version}`;
    const answer = await around.fetch(url, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of answer.body ?? []) {
      length += chunk.length;
      if (length > manifest.length) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (fault) {
    return fail("github_unavailable", `the release's file: ${describeNetworkFault(fault)}`);
  }
}
