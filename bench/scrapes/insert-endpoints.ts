import type pg from "pg";
import { sqlId } from "../ours/population.ts";

const PROJECTS_PER_WORKSPACE = 10;

export interface EndpointsOrder {
  /** Endpoints that answer, ten in a workspace. */
  answering: number;
  /** Endpoints that hang, all in one further workspace. */
  hanging: number;
  stepSeconds: number;
  hostAndPort: string;
  /** The first of the ticks, which are spread evenly over one step. */
  firstMs: number;
}

/** Projects with an active endpoint each; the tick of number n is `tickMs(order, n)`. */
export async function insertEndpoints(pool: pg.Pool, order: EndpointsOrder): Promise<void> {
  const { answering, hanging, stepSeconds, hostAndPort, firstMs } = order;
  const lastWorkspace = Math.ceil(answering / PROJECTS_PER_WORKSPACE);
  await pool.query(
    `insert into workspaces (id, name) select ${sqlId("workspace", "n")}, 'Bench ' || n from generate_series(0, $1::int) n`,
    [lastWorkspace],
  );
  const count = answering + hanging;
  await pool.query(
    `insert into projects (id, workspace_id, name, environments, sample_seconds, window_seconds, baseline_seconds, abandon_seconds)
     select ${sqlId("pulse", "n")}, ${sqlId("workspace", "least(n / $4::int, $3::int)")}, 'Bench ' || n, '{prod}', $2::int, 60, $2::int, 7200
     from generate_series(0, $1::int - 1) n`,
    [count, stepSeconds, lastWorkspace, PROJECTS_PER_WORKSPACE],
  );
  await pool.query(
    `insert into metric_endpoints (project_id, workspace_id, state, active_url, interval_seconds, next_scrape_at)
     select id, workspace_id, 'active', $1 || '/m/' || (row_number() over (order by id) - 1), $2::int,
       to_timestamp(($3::float8 + (row_number() over (order by id) - 1) * 1000.0 * $2::int / $4::int) / 1000)
     from projects`,
    [`http://${hostAndPort}`, stepSeconds, firstMs, count],
  );
  await pool.query("analyze projects, metric_endpoints");
}

/** The first tick of endpoint `number`. */
export const tickMs = (
  { firstMs, stepSeconds, answering, hanging }: EndpointsOrder,
  number: number,
): number => firstMs + (number * 1_000 * stepSeconds) / (answering + hanging);
