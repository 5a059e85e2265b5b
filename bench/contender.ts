/** Where the servers of a turn are. The database is this turn's own, and Redis is empty. */
export interface Place {
  /** As the owner of the database. */
  databaseUrl: string;
  superuserUrl: string;
  redisUrl: string;
}

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
}

/** Figures of one turn by metric. */
export type Figures = Record<string, { value: number; unit: string }>;

export type Way = (place: Place, load: Load) => Promise<Figures>;

/** What a contender can do. Each way opens what it needs, warms up, measures and closes. */
export type Contender = Partial<Record<"bulk" | "single" | "lateness", Way>>;

/** What a turn's process is told. */
export interface Turn {
  contender: string;
  way: keyof Contender;
  place: Place;
  load: Load;
}
