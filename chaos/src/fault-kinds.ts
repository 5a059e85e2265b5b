import { setTimeout as delay } from "node:timers/promises";
import type { Place } from "./place.ts";
import type { Random } from "./random.ts";

export type FaultFacts = Record<string, string | number>;

/** What a fault of a plan is about: the number of a process, or of a worker. */
type FaultTarget = "process" | "worker" | "redis" | "postgres";

/**
 * One kind of fault. `draw` says how long it lasts and what else there is to choose; `apply` does it, and
 * resolves when everything is as it was before.
 */
export type FaultKind = {
  name: string;
  group: "kill" | "stop" | "clock" | "redis" | "postgres" | "network" | "worker";
  target: FaultTarget;
  weight: number;
  draw: (random: Random) => FaultFacts & { seconds: number };
  apply: (place: Place, fault: { target: number; facts: FaultFacts }) => Promise<void>;
};

const lasting = (low: number, high: number) => (random: Random) => ({
  seconds: tenths(random.between(low, high)),
});
const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Waits as long as the fault lasts, or until the run is stopped. */
const last = (place: Place, facts: FaultFacts): Promise<void> =>
  delay(Number(facts["seconds"]) * 1_000, undefined, { signal: place.signal }).catch(() => undefined);

const proxyOf = (place: Place, target: number, facts: FaultFacts) => {
  const process = place.processAt(target);
  return facts["link"] === "redis" ? process.redis : process.postgres;
};

const link = (random: Random) => random.pick(["postgres", "redis"]);

/** Every fault that a plan may hold; a new one is a row here. */
export const faultKinds: readonly FaultKind[] = [
  {
    name: "process.kill",
    group: "kill",
    target: "process",
    weight: 6,
    draw: lasting(0.2, 4),
    apply: async (place, { target, facts }) => {
      const process = place.processAt(target);
      await process.kill();
      await last(place, facts);
      process.spawn();
      await process.awaitReady(place.signal);
    },
  },
  {
    name: "process.stop",
    group: "stop",
    target: "process",
    weight: 4,
    draw: lasting(0.5, 9),
    apply: async (place, { target, facts }) => {
      const process = place.processAt(target);
      process.stop();
      await last(place, facts);
      process.goOn();
    },
  },
  {
    name: "process.clock",
    group: "clock",
    target: "process",
    weight: 2,
    draw: (random) => ({
      seconds: tenths(random.between(3, 10)),
      offsetSeconds: Math.round(
        random.pick([-1, 1]) * random.pick([7, 90, 1_000, 8_000]) * random.between(0.5, 1),
      ),
    }),
    apply: async (place, { target, facts }) => {
      const process = place.processAt(target);
      process.setClock(Number(facts["offsetSeconds"]) * 1_000);
      await last(place, facts);
      process.setClock(0);
    },
  },
  {
    name: "redis.kill",
    group: "redis",
    target: "redis",
    weight: 2,
    draw: lasting(0.2, 4),
    apply: async (place, { facts }) => {
      await place.redis.kill();
      await last(place, facts);
      await place.redis.start();
    },
  },
  {
    name: "redis.flush",
    group: "redis",
    target: "redis",
    weight: 2,
    draw: () => ({ seconds: 0.1 }),
    apply: async (place) => {
      await place.redis.withClient((redis) => redis.flushall());
    },
  },
  {
    name: "redis.pause",
    group: "redis",
    target: "redis",
    weight: 1,
    draw: lasting(0.5, 5),
    apply: async (place, { facts }) => {
      await place.redis.withClient((redis) => redis.client("PAUSE", Number(facts["seconds"]) * 1_000));
      await last(place, facts);
    },
  },
  {
    name: "redis.power_loss",
    group: "redis",
    target: "redis",
    weight: 1,
    draw: lasting(0.2, 2),
    apply: async (place, { facts }) => {
      await place.redis.kill();
      place.redis.cutLastSecond();
      await last(place, facts);
      await place.redis.start();
    },
  },
  {
    name: "redis.old_copy",
    group: "redis",
    target: "redis",
    weight: 1,
    draw: lasting(3, 8),
    apply: async (place, { facts }) => {
      place.redis.saveCopy();
      await last(place, facts);
      await place.redis.kill();
      place.redis.restoreCopy();
      await place.redis.start();
    },
  },
  {
    name: "postgres.immediate",
    group: "postgres",
    target: "postgres",
    weight: 1,
    draw: lasting(0.2, 3),
    apply: async (place, { facts }) => {
      await place.postgres.stopAtOnce();
      await last(place, facts);
      await place.postgres.startAgain();
    },
  },
  {
    name: "postgres.terminate",
    group: "postgres",
    target: "postgres",
    weight: 2,
    draw: () => ({ seconds: 0.1 }),
    apply: (place) => place.postgres.terminateAll(),
  },
  {
    name: "network.latency",
    group: "network",
    target: "process",
    weight: 2,
    draw: (random) => ({
      ...lasting(2, 6)(random),
      link: link(random),
      latencyMs: Math.round(random.between(5, 150)),
    }),
    apply: async (place, { target, facts }) => {
      const proxy = proxyOf(place, target, facts);
      proxy.latencyMs = Number(facts["latencyMs"]);
      await last(place, facts);
      proxy.resume();
    },
  },
  {
    name: "network.cut",
    group: "network",
    target: "process",
    weight: 2,
    draw: (random) => ({ seconds: 0.1, link: link(random) }),
    apply: async (place, { target, facts }) => proxyOf(place, target, facts).cut(),
  },
  {
    name: "network.reset",
    group: "network",
    target: "process",
    weight: 2,
    draw: (random) => ({ seconds: 0.1, link: link(random) }),
    apply: async (place, { target, facts }) => proxyOf(place, target, facts).reset(),
  },
  {
    name: "network.half_open",
    group: "network",
    target: "process",
    weight: 2,
    draw: (random) => ({
      ...lasting(1, 6)(random),
      link: link(random),
      gone: random.pick(["client", "server"]),
    }),
    apply: async (place, { target, facts }) => {
      const proxy = proxyOf(place, target, facts);
      proxy.halfOpen(facts["gone"] === "client" ? "client" : "server");
      await last(place, facts);
      proxy.resume();
    },
  },
  {
    name: "network.blackhole",
    group: "network",
    target: "process",
    weight: 2,
    draw: (random) => ({ ...lasting(1, 6)(random), link: link(random) }),
    apply: async (place, { target, facts }) => {
      const proxy = proxyOf(place, target, facts);
      proxy.blackhole();
      await last(place, facts);
      proxy.resume();
    },
  },
  {
    name: "worker.away",
    group: "worker",
    target: "worker",
    weight: 4,
    draw: lasting(4, 30),
    apply: async (place, { target, facts }) => {
      const seat = place.seatAt(target);
      place.away.add(seat.id);
      await last(place, facts);
      place.away.delete(seat.id);
    },
  },
];
