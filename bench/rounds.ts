import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Contender, Figures, Load, Turn } from "./contender.ts";
import { BenchFailure } from "./failure.ts";
import { say } from "./lines.ts";
import { median } from "./medians.ts";
import { UsageError } from "./options.ts";
import type { Servers } from "./servers.ts";

const TURN_FILE = fileURLToPath(new URL("turn.ts", import.meta.url));

export interface RoundsRequest {
  servers: Servers;
  way: keyof Contender;
  contenders: readonly string[];
  rounds: number;
  load: Load;
  profile: string | undefined;
  stop: AbortSignal;
}

/** Those of `all` that were asked for by name, or all. @throws UsageError for a name that is none of them */
export function chosen<Name extends string>(all: readonly Name[], asked: readonly string[]): Name[] {
  const unknown = asked.find((name) => !all.some((known) => known === name));
  if (unknown !== undefined) throw new UsageError(`"${unknown}" takes no part. There are: ${all.join(", ")}`);
  return asked.length === 0 ? [...all] : all.filter((name) => asked.includes(name));
}

/** Medians by contender and metric. */
export type Medians = Map<string, Figures>;

/**
 * Lets the contenders take turns, round after round, so that a slow minute of the machine hits all of them.
 * Round 0 is not counted. Every turn has a process of its own: nobody pays for another's garbage or timers.
 */
export async function runRounds(request: RoundsRequest): Promise<Medians> {
  const measured = new Map<string, Figures[]>(request.contenders.map((name) => [name, []]));
  for (let round = 0; round <= request.rounds; round++)
    for (const contender of request.contenders) {
      const figures = await runTurn(request, contender);
      if (round > 0) measured.get(contender)?.push(figures);
      say(`${request.way} round ${round} ${contender}: ${inWords(figures)}`);
    }
  return new Map([...measured].map(([name, turns]) => [name, mediansOf(turns)]));
}

export type TurnRequest = Omit<RoundsRequest, "contenders" | "rounds">;

/** One turn of one contender, on a database of its own. */
export async function runTurn(request: TurnRequest, contender: string): Promise<Figures> {
  const { place, drop } = await request.servers.preparePlace(contender === "ours" ? "product" : "peer");
  try {
    return await inOwnProcess({ contender, way: request.way, place, load: request.load }, request);
  } finally {
    await drop();
  }
}

/** Runs one turn in a child process; what the child prints goes to standard error. */
async function inOwnProcess(turn: Turn, request: TurnRequest): Promise<Figures> {
  const profiling = request.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${request.profile}`];
  const child = fork(TURN_FILE, [JSON.stringify(turn)], {
    stdio: ["ignore", 2, 2, "ipc"],
    execArgv: profiling,
    env: { ...process.env, NODE_ENV: "production" },
    signal: request.stop,
  });
  const [figures, code] = await Promise.all([lastMessage(child), exitCode(child)]);
  if (code !== 0 || figures === undefined)
    throw new BenchFailure(`The ${turn.way} turn of ${turn.contender} failed (exit code ${code}).`);
  return figures;
}

function lastMessage(child: ChildProcess): Promise<Figures | undefined> {
  return new Promise((resolve) => {
    let last: Figures | undefined;
    child.on("message", (message) => {
      last = message as Figures;
    });
    child.once("exit", () => resolve(last));
  });
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code));
  });
}

/** The median of each figure over the turns. */
export function mediansOf(turns: readonly Figures[]): Figures {
  const [first = {}] = turns;
  return Object.fromEntries(
    Object.entries(first).map(([metric, { unit }]) => [
      metric,
      { unit, value: median(turns.flatMap((turn) => turn[metric]?.value ?? [])) },
    ]),
  );
}

/** For people. */
export const inWords = (figures: Figures): string =>
  Object.entries(figures)
    .map(([metric, { value, unit }]) => `${metric} ${value.toPrecision(4)} ${unit}`)
    .join(", ");
