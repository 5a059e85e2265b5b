import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { EngineInstance } from "./engine-instance.js";
import { MemoryTransport } from "./memory-transport.js";
import { SimulatedDatabase } from "./simulated-database.js";
import { Simulation } from "./simulation.js";
import { VirtualTime } from "./virtual-time.js";
import { WEAKENINGS, Weakened } from "./weakenings.js";
import { BrokenPromise, type Stage } from "./world.js";

const shared = vi.hoisted(() => ({ database: undefined as SimulatedDatabase | undefined }));

vi.mock(import("@pulsekeep/database"), async (original) => ({
  ...(await original()),
  connect: (url, role) => {
    if (!shared.database) throw new Error("The simulated database is not open");
    return shared.database.connect(url, role);
  },
}));
vi.mock(import("../platform/ids.js"), () => import("./seeded-ids.js"));

const STEPS = 120;
const SEEDS = Number(process.env["PULSEKEEP_SIMULATION_SEEDS"] ?? 60);
/** A seed that failed, to be told again. */
const ONLY_SEED = process.env["PULSEKEEP_SIMULATION_SEED"];
/** Seeds within which each weakness must show. */
const PATIENCE = 150;

let stage: Stage;
beforeAll(async () => {
  // Before the server starts: it must not see time go back by months.
  const time = VirtualTime.start(new Date("2026-03-20T00:00:00Z"));
  const database = await SimulatedDatabase.open();
  shared.database = database;
  const transport = new MemoryTransport();
  const instances = await Promise.all([
    EngineInstance.start("one", { transport, clockMs: 0 }),
    EngineInstance.start("two", { transport, clockMs: -20 * 60_000 }),
    EngineInstance.start("three", { transport, clockMs: 45_000 }),
  ]);
  stage = { database, transport, instances, time };
});
afterAll(async () => {
  stage.time.stop();
  await stage.database.close();
});

function tell(seed: number): Promise<{ runs: number; effects: number }> {
  stage.time.restart();
  return new Simulation(stage, seed).run(STEPS);
}

it("keeps every promise in every seed", { timeout: 6 * 3_600_000 }, async () => {
  const seeds =
    ONLY_SEED === undefined ? Array.from({ length: SEEDS }, (_, index) => index + 1) : [Number(ONLY_SEED)];
  let runs = 0;
  let effects = 0;
  const startedAt = process.cpuUsage();
  for (const seed of seeds) {
    const told = await tell(seed);
    runs += told.runs;
    effects += told.effects;
  }
  const tookMs = Math.round(process.cpuUsage(startedAt).user / 1_000);
  process.stderr.write(
    `${seeds.length} seeds, ${runs} runs, ${effects} effects in ${tookMs} ms of processor time\n`,
  );
  expect(effects).toBeGreaterThan(0);
});

describe.skipIf(ONLY_SEED !== undefined)("notices when", () => {
  it.each(WEAKENINGS)("$name", { timeout: 600_000 }, async (weakening) => {
    const weakened = new Weakened(weakening);
    const { database } = stage;
    if (weakening.around) await database.inspect(weakening.around.before);
    database.sabotage = weakened.rewrite;
    try {
      await expect(tellUntilBroken(weakening.firstSeed)).rejects.toThrow(weakening.noticed);
      expect(weakened.hits).toBeGreaterThan(0);
    } finally {
      database.sabotage = undefined;
      await database.reset(0);
      if (weakening.around) await database.inspect(weakening.around.after);
    }
  });

  it("nothing, when nothing is wrong", async () => {
    await expect(tell(1)).resolves.toMatchObject({ runs: expect.any(Number) });
  });
});

/** @throws BrokenPromise of the first seed that breaks, without its story */
async function tellUntilBroken(firstSeed = 1): Promise<void> {
  for (let seed = firstSeed; seed < firstSeed + PATIENCE; seed += 1)
    await tell(seed).catch((error: unknown) => {
      if (!(error instanceof BrokenPromise)) throw error;
      throw new Error(error.message.split("\n")[0]);
    });
}
