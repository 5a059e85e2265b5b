import { createHash, randomUUID } from "node:crypto";
import type pg from "pg";

/** A project as its pipeline knows it. */
export interface BenchProject {
  id: string;
  apiKey: string;
}

const PER_WORKSPACE = 5;

/**
 * Projects with a key and an endpoint that nobody scrapes here. Every workspace has a quota that is never reached.
 * Neighbours in the list are of different workspaces, as callers are who come at the same time.
 */
export async function insertProjects(pool: pg.Pool, count: number): Promise<BenchProject[]> {
  const workspaces = Array.from({ length: Math.ceil(count / PER_WORKSPACE) }, () => randomUUID());
  await pool.query(
    "insert into workspaces (id, name, deployments_per_month) select unnest($1::uuid[]), 'Bench', 1000000",
    [workspaces],
  );
  const projects = Array.from({ length: count }, (_, number) => ({
    id: randomUUID(),
    workspaceId: workspaces[number % workspaces.length],
    apiKey: `SP_${randomUUID()}${randomUUID()}`.replaceAll("-", "a"),
  }));
  const [ids, owners] = [projects.map(({ id }) => id), projects.map(({ workspaceId }) => workspaceId)];
  await pool.query(
    `insert into projects (id, workspace_id, name, environments, sample_seconds, window_seconds, baseline_seconds,
       abandon_seconds)
     select id, workspace_id, 'Shop', '{prod}', 10, 300, 60, 7200 from unnest($1::uuid[], $2::uuid[]) as p (id, workspace_id)`,
    [ids, owners],
  );
  await pool.query(
    `insert into metric_endpoints (project_id, workspace_id, state, active_url, interval_seconds, next_scrape_at)
     select id, workspace_id, 'active', 'https://shop.example/m', 60, now() + interval '1 day'
     from unnest($1::uuid[], $2::uuid[]) as p (id, workspace_id)`,
    [ids, owners],
  );
  await pool.query(
    `insert into project_api_keys (id, workspace_id, project_id, prefix, last_four, key_hash)
     select gen_random_uuid(), workspace_id, id, 'SP_', 'abcd', hash
     from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as p (id, workspace_id, hash)`,
    [ids, owners, projects.map(({ apiKey }) => createHash("sha256").update(apiKey).digest())],
  );
  await pool.query("analyze projects, metric_endpoints, project_api_keys, workspaces");
  return projects;
}
