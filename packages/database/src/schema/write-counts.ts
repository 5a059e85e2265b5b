import { integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, workspaceId } from "./columns.js";
import { workspaces } from "./identity.js";

/** How much a workspace's workers were given to write in the minute that is going on. One row, for ever. */
export const workspaceWrites = pgTable("workspace_writes", {
  workspaceId: uuid("workspace_id")
    .primaryKey()
    .references(() => workspaces.id, { onDelete: "cascade" }),
  minuteStartsAt: instant("minute_starts_at").notNull(),
  writes: integer("writes").notNull(),
  /** What the last claim that asked was granted. */
  granted: integer("granted").notNull(),
});

/**
 * How many commits a repository was given, by quarter of an hour: every zone's day begins at one, so that the
 * days of pulses with different zones can be told from one row. It holds about a day.
 */
export const repositoryCommits = pgTable(
  "repository_commits",
  {
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: "cascade" }),
    /** `owner/repository`, in small letters: case means nothing to GitHub. */
    repository: text("repository").notNull(),
    /** Instants at which the quarters begin, ascending, and how many commits each holds. */
    quarters: instant("quarters").array().notNull(),
    counts: integer("counts").array().notNull(),
    /** The day that the last claim asked for, the commits in it, and what that claim was granted. */
    dayStartsAt: instant("day_starts_at").notNull(),
    dayCommits: integer("day_commits").notNull().default(0),
    granted: integer("granted").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.repository] })],
);
