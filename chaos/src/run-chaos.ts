import { rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BrowserUser } from "./browser-user.ts";
import { check } from "./check/check.ts";
import type { Facts } from "./check/facts.ts";
import type { Violation } from "./check/violation.ts";
import { collectFacts } from "./collect-facts.ts";
import { EffectLog } from "./effect-log.ts";
import { FakeWorker, type WorkerSurroundings } from "./fake-worker.ts";
import { type FaultKind, faultKinds } from "./fault-kinds.ts";
import { calmHabits, defaultHabits, type Habits } from "./habits.ts";
import type { Mutation } from "./mutants.ts";
import { Overheard } from "./overheard.ts";
import { Place } from "./place.ts";
import { describeFault, type PlannedFault, planFaults } from "./plan.ts";
import { type Population, populate } from "./population.ts";
import { createRandom } from "./random.ts";
import { replayOverheard } from "./replay-attacker.ts";
import { type EngineTimes, shortTimes } from "./server-environment.ts";
import { type Patience, readClock, settle } from "./settle.ts";
import { actAsUsers } from "./user-actions.ts";

export type ChaosOptions = {
  seed: number;
  minutes: number;
  processes: number;
  pulses: number;
  /** Runs that fall due per second. */
  rate: number;
  groups?: readonly FaultKind["group"][];
  faultEverySeconds?: number;
  habits?: Habits;
  times?: EngineTimes;
  mutations?: readonly Mutation[];
  /** Called once the processes have started, before there is anything in the database. */
  prepare?: (place: Place) => Promise<void>;
  /** Goes on beside the load until the signal comes. */
  disturb?: (place: Place, signal: AbortSignal) => Promise<void>;
  /** Roles of each process; default see `Place`. */
  roleSets?: readonly (readonly string[])[];
  patience?: Patience;
  users?: number;
  workersPerUser?: number;
  lanesPerWorker?: number;
  signal: AbortSignal;
  say: (line: string) => void;
};

export type ChaosResult = {
  facts: Facts;
  violations: Violation[];
  faults: PlannedFault[];
  folder: string;
  isCalm: boolean;
  seconds: { start: number; load: number; settle: number };
};

/** Two runs of a pulse are never planned closer than this. */
const SHORTEST_PERIOD_SECONDS = 60;
const USERS = 6;
const WORKERS_PER_USER = 4;
const LANES_PER_WORKER = 12;
const USER_EVERY_MS = 400;

/** The plan of a seed. */
export function planOf(options: ChaosOptions): PlannedFault[] {
  return planFaults({
    random: createRandom(options.seed).fork("plan"),
    seconds: options.minutes * 60,
    processes: options.processes,
    workers: (options.users ?? USERS) * (options.workersPerUser ?? WORKERS_PER_USER),
    groups: options.groups,
    everySeconds: options.faultEverySeconds,
  });
}

/**
 * Starts everything, lets the faults of the seed happen under load, waits until it is calm, and checks. What was
 * started is ended in any case; the folder with logs and effects stays unless the run was stopped from outside.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { signal, say } = options;
  const startedAt = performance.now();
  const place = await Place.open({
    processes: options.processes,
    times: options.times ?? shortTimes,
    mutations: options.mutations ?? [],
    roleSets: options.roleSets,
    signal,
  });
  const stop = new AbortController();
  const working: Promise<void>[] = [];
  const log = new EffectLog(path.join(place.folder, "effects.jsonl"));
  try {
    await options.prepare?.(place);
    const { population, users } = await inhabit(place, options);
    const around = surroundingsOf(place, { log, options, signal: AbortSignal.any([stop.signal, signal]) });
    const random = createRandom(options.seed);
    for (const [at, seat] of population.seats.entries())
      working.push(new FakeWorker(seat, around, random.fork(`worker ${at}`)).work());
    const loaded = new AbortController();
    const visitors = { ...around, signal: AbortSignal.any([loaded.signal, signal]) };
    working.push(replayOverheard({ ...visitors, random: random.fork("attacker") }));
    working.push(
      actAsUsers({ ...visitors, users, population, everyMs: USER_EVERY_MS, random: random.fork("users") }),
    );
    if (options.disturb) working.push(options.disturb(place, visitors.signal));
    const readyAt = performance.now();
    say(
      `ready after ${Math.round((readyAt - startedAt) / 1_000)} s: ${population.pulses.length} pulses, ${population.seats.length} workers, ${place.processes.length} processes`,
    );
    const faults = planOf(options);
    await carryOut(place, faults, { log, endsAtMs: readyAt + options.minutes * 60_000, say });
    loaded.abort();
    around.habits = calmHabits;
    const loadedAt = performance.now();
    say("the faults are over; waiting until every run has ended");
    const { isCalm, ...settled } = await settle(place, options.patience);
    stop.abort();
    await Promise.all(working);
    const facts: Facts = {
      log: log.entries,
      pulses: population.pulses,
      ...settled,
      ...(await collectFacts(place)),
    };
    const endedAt = performance.now();
    const seconds = {
      start: (readyAt - startedAt) / 1_000,
      load: (loadedAt - readyAt) / 1_000,
      settle: (endedAt - loadedAt) / 1_000,
    };
    return { facts, violations: check(facts), faults, folder: place.folder, isCalm, seconds };
  } finally {
    stop.abort();
    await Promise.allSettled(working);
    log.close();
    await place.close();
    if (signal.aborted) rmSync(place.folder, { recursive: true, force: true });
  }
}

async function inhabit(
  place: Place,
  options: ChaosOptions,
): Promise<{ population: Population; users: BrowserUser[] }> {
  const url = place.servers[0];
  if (url === undefined) throw new RangeError("some process must answer HTTP");
  const users: BrowserUser[] = [];
  for (let at = 0; at < (options.users ?? USERS); at += 1)
    users.push(await BrowserUser.signUp(`user${at}`, { url, publicUrl: place.publicUrl }));
  const population = await populate(
    place.postgres,
    { users, keyring: place.keyring },
    {
      workersPerUser: options.workersPerUser ?? WORKERS_PER_USER,
      lanesPerWorker: options.lanesPerWorker ?? LANES_PER_WORKER,
      pulses: options.pulses,
      periodSeconds: Math.max(SHORTEST_PERIOD_SECONDS, Math.round(options.pulses / options.rate)),
      startsAt: await readClock(place),
      random: createRandom(options.seed).fork("population"),
    },
  );
  place.seats = population.seats;
  return { population, users };
}

function surroundingsOf(
  place: Place,
  { log, options, signal }: { log: EffectLog; options: ChaosOptions; signal: AbortSignal },
): WorkerSurroundings {
  return {
    servers: place.servers,
    publicUrl: place.publicUrl,
    log,
    overheard: new Overheard(),
    habits: options.habits ?? defaultHabits,
    leaseMs: (options.times ?? shortTimes).lease * 1_000,
    isAway: (seat) => place.away.has(seat.id),
    signal,
  };
}

/** Does the faults at their times; resolves when the time is over and the last of them has ended. */
async function carryOut(
  place: Place,
  faults: readonly PlannedFault[],
  { log, endsAtMs, say }: { log: EffectLog; endsAtMs: number; say: (line: string) => void },
): Promise<void> {
  const beganAt = performance.now();
  const underWay: Promise<void>[] = [];
  const sleepUntil = (ms: number) =>
    delay(Math.max(0, ms - performance.now()), undefined, { signal: place.signal });
  for (const fault of faults) {
    const kind = faultKinds.find(({ name }) => name === fault.kind);
    if (!kind) throw new Error(`there is no fault ${fault.kind}`);
    await sleepUntil(beganAt + fault.atSeconds * 1_000);
    const line = describeFault(fault);
    say(line);
    log.write({ kind: "fault", at: Date.now(), fault: line.trim() });
    const done = kind.apply(place, fault);
    // Looked at below; until then it must not count as unhandled.
    done.catch(() => undefined);
    underWay.push(done);
  }
  await sleepUntil(endsAtMs);
  await Promise.all(underWay);
}
