import { createHash } from "node:crypto";
import type pg from "pg";

/** One worker of the population, with what its own side knows: the handshake secret. */
export interface BenchWorker {
  workerId: string;
  workspaceId: string;
  clientId: string;
  handshakeSecret: Uint8Array;
}

export interface PopulationSize {
  workers: number;
  lanesPerWorker: number;
}

/** Tenants that the workers are spread over; several workers each, as in a small team. */
export const WORKERS_PER_WORKSPACE = 5;

type Kind = keyof typeof KIND_DIGIT;
const KIND_DIGIT = { workspace: 1, worker: 2, lane: 3, pulse: 4, user: 5 } as const;

/** Row ids that can be told from their number, ordered as the product's own (UUID version 7) are. */
export const idOf = (kind: Kind, number: number): string =>
  `0192f3c4-000${KIND_DIGIT[kind]}-7000-8000-${number.toString(16).padStart(12, "0")}`;

/** The same as an SQL expression. */
export const sqlId = (kind: Kind, number: string): string =>
  `('0192f3c4-000${KIND_DIGIT[kind]}-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

const clientIdOf = (number: number): string => `kw_bench${String(number).padStart(10, "0")}`;

/** Writes workspaces, workers and lanes, each kind in one statement; returns the workers. */
export async function insertPopulation(pool: pg.Pool, size: PopulationSize): Promise<BenchWorker[]> {
  const workspaces = Math.ceil(size.workers / WORKERS_PER_WORKSPACE);
  await pool.query(
    `insert into workspaces (id, name)
     select ${sqlId("workspace", "n")}, 'Bench ' || n from generate_series(0, $1::int - 1) n`,
    [workspaces],
  );
  await pool.query(
    `insert into workers (id, workspace_id, client_id, kind, state, handshake_secret_sealed, secret_expires_at,
       repository_id, repository_owner_id, repository_full_name, default_branch, author_name, author_email, cron_minute)
     select ${sqlId("worker", "n")}, ${sqlId("workspace", `n / ${WORKERS_PER_WORKSPACE}`)},
       'kw_bench' || lpad(n::text, 10, '0'), 'resident', 'active', '\\x00', now() + interval '30 days',
       1000000 + n, 2000000 + n, 'octo-' || n || '/keepstreak-pulse', 'main', 'Octo ' || n,
       n || '+octo@users.noreply.github.com', n % 60
     from generate_series(0, $1::int - 1) n`,
    [size.workers],
  );
  await pool.query(
    `insert into lanes (id, workspace_id, worker_id, target)
     select ${sqlId("lane", "n")}, ${sqlId("workspace", `n / $2::int / ${WORKERS_PER_WORKSPACE}`)},
       ${sqlId("worker", "n / $2::int")}, 'octo-' || n / $2::int || '/repository-' || n % $2::int || '#main'
     from generate_series(0, $1::int - 1) n`,
    [size.workers * size.lanesPerWorker, size.lanesPerWorker],
  );
  await pool.query("analyze workspaces, workers, lanes");
  return Array.from({ length: size.workers }, (_, number) => ({
    workerId: idOf("worker", number),
    workspaceId: idOf("workspace", Math.floor(number / WORKERS_PER_WORKSPACE)),
    clientId: clientIdOf(number),
    handshakeSecret: createHash("sha256").update(`worker ${number}`).digest(),
  }));
}

/** Where lane `number` belongs: what a pulse of it refers to. */
export function placeOfLane(number: number, size: PopulationSize) {
  const worker = Math.floor(number / size.lanesPerWorker);
  return {
    workspaceId: idOf("workspace", Math.floor(worker / WORKERS_PER_WORKSPACE)),
    workerId: idOf("worker", worker),
    laneId: idOf("lane", number),
    targetRepository: `octo-${worker}/repository-${number % size.lanesPerWorker}`,
  };
}

/** The same as SQL expressions, of an expression for the lane's number. */
export function sqlPlaceOfLane(number: string, size: PopulationSize) {
  const worker = `(${number}) / ${size.lanesPerWorker}`;
  return {
    workspaceId: sqlId("workspace", `(${number}) / ${size.lanesPerWorker * WORKERS_PER_WORKSPACE}`),
    workerId: sqlId("worker", worker),
    laneId: sqlId("lane", number),
    targetRepository: `'octo-' || ${worker} || '/repository-' || (${number}) % ${size.lanesPerWorker}`,
  };
}
