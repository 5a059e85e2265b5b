import { setTimeout as delay } from "node:timers/promises";
import type { BrowserUser } from "./browser-user.ts";
import type { EffectLog } from "./effect-log.ts";
import type { Population } from "./population.ts";
import type { Random } from "./random.ts";

/** People who make pulses and ask for runs at once, through whichever process answers, until `signal`. */
export async function actAsUsers(around: {
  users: readonly BrowserUser[];
  population: Population;
  servers: readonly string[];
  everyMs: number;
  log: EffectLog;
  random: Random;
  signal: AbortSignal;
}): Promise<void> {
  const { users, population, servers, everyMs, log, random, signal } = around;
  while (!signal.aborted) {
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
    const user = random.pick(users);
    const server = random.pick(servers);
    const wantsPulse = random.chance(0.2);
    const seat = random.pick(population.seats.filter(({ workspaceId }) => workspaceId === user.workspaceId));
    const own = population.pulses.filter(({ workspaceId }) => workspaceId === user.workspaceId);
    if (own.length === 0) continue;
    const answer = wantsPulse
      ? await user.create(`${server}/api/v1/pulses`, {
          name: "Chaos by hand",
          kind: "commit",
          workerId: seat.id,
          schedule: { kind: "cron", expression: "0 0 1 1 *" },
          timeZone: "UTC",
          target: { branch: random.pick(seat.lanes).branch },
        })
      : await user.create(`${server}/api/v1/pulses/${random.pick(own).id}/run`);
    if (answer?.id !== undefined)
      log.write({ kind: "created", at: Date.now(), what: wantsPulse ? "pulse" : "run", id: answer.id });
  }
}
