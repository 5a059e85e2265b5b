import { jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.js";

/** What a process says about one of its loops: durations, because clocks of machines differ. */
export type LoopBeat = {
  name: string;
  role: string;
  /** Time since the last turn that ended well, or since the start where there was none yet. */
  idleMs: number;
  /** Kind of the last turn's failure, never its text: that may quote what users wrote. Null after success. */
  failure: string | null;
};

/** One row per living process, written every few seconds. A row that gets old is a process that went silent. */
export const processHeartbeats = pgTable("process_heartbeats", {
  process: text("process").primaryKey(),
  roles: text("roles").array().notNull(),
  version: text("version").notNull(),
  loops: jsonb("loops").$type<LoopBeat[]>().notNull(),
  startedAt: instant("started_at").notNull(),
  seenAt: instant("seen_at").notNull(),
});
