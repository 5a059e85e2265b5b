import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { EngineInstance } from "./engine-instance.js";
import { MemoryTransport } from "./memory-transport.js";
import { SimulatedDatabase } from "./simulated-database.js";
import { Simulation, type Stage } from "./simulation.js";
import { VirtualTime } from "./virtual-time.js";

const shared = vi.hoisted(() => ({ database: undefined as SimulatedDatabase | undefined }));

vi.mock(import("@pulsekeep/database"), async (original) => ({
  ...(await original()),
  connect: (url, role) => {
    if (!shared.database) throw new Error("The simulated database is not open");
    return shared.database.connect(url, role);
  },
}));
vi.mock(import("../platform/ids.js"), () => import("./seeded-ids.js"));

const FIRST_SEED = 1;
const SEEDS = Number(process.env["PULSEKEEP_SIMULATION_SEEDS"] ?? 150);
const ONLY_SEED = process.env["PULSEKEEP_SIMULATION_SEED"];

let stage: Stage;
beforeAll(async () => {
  // Before the server starts: it must not see time go back by months.
  const time = VirtualTime.start(new Date("2026-03-20T00:00:00Z"));
  const database = await SimulatedDatabase.open();
  shared.database = database;
  const transport = new MemoryTransport();
  const instances = await Promise.all(
    ["one", "two", "three"].map((name) => EngineInstance.start(name, transport)),
  );
  stage = { database, transport, instances, time };
});
afterAll(async () => {
  stage.time.stop();
  await stage.database.close();
});

it("keeps every promise in every seed", { timeout: 3_600_000 }, async () => {
  const seeds =
    ONLY_SEED === undefined
      ? Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index)
      : [Number(ONLY_SEED)];
  let runs = 0;
  let effects = 0;
  const startedAt = process.cpuUsage();
  for (const seed of seeds) {
    stage.time.restart();
    const told = await new Simulation(stage, seed).run(120);
    runs += told.runs;
    effects += told.effects;
  }
  process.stderr.write(
    `${seeds.length} seeds, ${runs} runs, ${effects} effects in ${Math.round(process.cpuUsage(startedAt).user / 1_000)} ms of processor time\n`,
  );
  expect(runs).toBeGreaterThan(seeds.length);
});
