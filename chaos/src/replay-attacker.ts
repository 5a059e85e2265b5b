import { setTimeout as delay } from "node:timers/promises";
import type { EffectLog } from "./effect-log.ts";
import type { Overheard } from "./overheard.ts";
import type { Random } from "./random.ts";
import { send } from "./worker-connection.ts";

const EVERY_MS = 150;

/** Sends what it overheard once more, to any process, until the run ends. */
export async function replayOverheard(around: {
  servers: readonly string[];
  overheard: Overheard;
  log: EffectLog;
  random: Random;
  signal: AbortSignal;
}): Promise<void> {
  const { servers, overheard, log, random, signal } = around;
  while (!signal.aborted) {
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    const request = overheard.pick(random.unit());
    if (request === undefined) continue;
    const answer = await send(random.pick(servers), request, 4_000);
    if (answer !== undefined)
      log.write({ kind: "replay", at: Date.now(), path: request.path, status: answer.status });
  }
}
