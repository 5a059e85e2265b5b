import type { DeploymentListQuery, DeploymentSort } from "@pulsekeep/contracts/api/deployments";
import { instantSchema } from "@pulsekeep/contracts/api/shared";
import { schema } from "@pulsekeep/database";
import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { AppError } from "../../http/app-error.js";

const { deployments, projects } = schema;

const number = z
  .string()
  .max(40)
  .regex(/^-?\d+(\.\d+)?(e[-+]?\d+)?$/);
const TYPES = {
  instant: { cast: sql`::timestamptz`, value: instantSchema },
  text: { cast: sql``, value: z.string().refine((text) => !text.includes("\0")) },
  number: { cast: sql`::float8`, value: number },
} as const;

type Key = { by: SQL; type: keyof typeof TYPES };

const rankOf = (column: unknown, states: readonly string[]): SQL =>
  sql`array_position(array[${sql.raw(states.map((state) => `'${state}'`).join(", "))}], ${column})::float8`;

/** What lists are ordered by; never null, so that a page's end is always a place. Adding one: a row here. */
const KEYS: Record<DeploymentSort, Key> = {
  started: { by: sql`${deployments.startedAt}`, type: "instant" },
  project: { by: sql`lower(${projects.name})`, type: "text" },
  environment: { by: sql`${deployments.environment}`, type: "text" },
  state: {
    by: rankOf(deployments.state, ["superseded", "abandoned", "analyzed", "observing", "running"]),
    type: "number",
  },
  verdict: {
    by: rankOf(deployments.verdictState, [
      "ok",
      "collecting",
      "inconclusive",
      "warning",
      "rollback_recommended",
    ]),
    type: "number",
  },
  confidence: { by: sql`coalesce(${deployments.confidence}, -1)::float8`, type: "number" },
  duration: {
    by: sql`coalesce(extract(epoch from coalesce(${deployments.finishedAt}, ${deployments.endedAt})
      - ${deployments.startedAt}), -1)::float8`,
    type: "number",
  },
};

export type DeploymentOrder = {
  /** The row's place among the others, as text. */
  key: SQL<string>;
  orderBy: SQL[];
  /** What comes after the place that a cursor names. */
  after: SQL | undefined;
  cursorOf: (key: string, id: string) => string;
};

/** How a page is ordered and where it begins. @throws AppError `invalid_input` on a cursor of another order */
export function orderOf({
  sort = "started",
  order = "desc",
  cursor,
}: Pick<DeploymentListQuery, "sort" | "order" | "cursor">): DeploymentOrder {
  const { by, type } = KEYS[sort];
  const { cast, value } = TYPES[type];
  const direction = sql.raw(order);
  const place = decode(cursor, z.tuple([z.literal(sort), z.literal(order), value, z.uuid()]));
  const isBehind = sql.raw(order === "desc" ? "<" : ">");
  return {
    key:
      type === "instant"
        ? sql<string>`to_char(${by} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
        : sql<string>`(${by})::text`,
    orderBy: [sql`${by} ${direction}`, sql`${deployments.id} ${direction}`],
    after: place && sql`(${by}, ${deployments.id}) ${isBehind} (${place[2]}${cast}, ${place[3]}::uuid)`,
    cursorOf: (key, id) => Buffer.from(JSON.stringify([sort, order, key, id])).toString("base64url"),
  };
}

function decode<T>(cursor: string | undefined, shape: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch (cause) {
    throw new AppError("invalid_input", {
      cause,
      errors: [{ path: "cursor", message: "not a cursor of this list" }],
    });
  }
}
