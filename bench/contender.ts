/** Where the servers of a turn are. The database is this turn's own, and Redis is empty. */
export interface Place {
  /** As the owner of the database. */
  databaseUrl: string;
  superuserUrl: string;
  redisUrl: string;
}

/** What is asked of a turn; each way reads what concerns it. */
export interface Load {
  runs: number;
  /** Runs before the clock starts: for the just-in-time compiler, caches and connections. */
  warmUp: number;
  /** Runs under way at once, where they are made one by one. */
  inFlight: number;
  /** Runs falling due per second, where the rate is given. */
  perSecond: number;
  workers: number;
  lanesPerWorker: number;
  /** Active pulses in the table, where most of them are not due; one tenant's, where they are all due at once. */
  pulses: number;
  /** Measurements within the turn, of which the median counts. */
  repeats: number;
  seconds: number;
}

export const DEFAULT_LOAD: Load = {
  runs: 20_000,
  warmUp: 4_000,
  inFlight: 64,
  perSecond: 1_000,
  workers: 500,
  lanesPerWorker: 8,
  pulses: 0,
  repeats: 3,
  seconds: 600,
};

/** Figures of one turn by metric. */
export type Figures = Record<string, { value: number; unit: string }>;

type Way = (place: Place, load: Load) => Promise<Figures>;

/** What a contender can do. Each way opens what it needs, warms up, measures and closes. */
export type Contender = Partial<
  Record<"bulk" | "single" | "fairness" | "lateness" | "planning" | "soak", Way>
>;

/** What a turn's process is told. */
export interface Turn {
  contender: string;
  way: keyof Contender;
  place: Place;
  load: Load;
}
