import { createSecretKey, randomBytes } from "node:crypto";
import { sealValue, wrapKey } from "@pulsekeep/signing";
import type pg from "pg";
import { type BenchWorker, insertPopulation, type PopulationSize } from "../ours/population.ts";

/** The server's key of keys, and how its environment states it. */
export interface Keyring {
  keyId: string;
  key: Uint8Array;
}

/** What GitHub's token says of a worker's run: its own repository and workflow. */
export interface EnrolledWorker extends BenchWorker {
  repositoryId: string;
  repositoryOwnerId: string;
  workflowRef: string;
}

/**
 * Writes workers as provisioning leaves them: handshake secrets sealed under their workspace's data key, bound to
 * a repository and a workflow on GitHub Actions.
 */
export async function insertEnrolledWorkers(
  pool: pg.Pool,
  size: PopulationSize,
  keyring: Keyring,
): Promise<EnrolledWorker[]> {
  const workers = await insertPopulation(pool, size);
  const dataKeys = new Map([...new Set(workers.map((worker) => worker.workspaceId))].map(drawDataKey));
  const wrappingKey = createSecretKey(keyring.key);
  await pool.query(
    `insert into data_keys (id, workspace_id, keyring_key_id, key_wrapped)
     select id, workspace_id, $1, wrapped from unnest($2::uuid[], $3::uuid[], $4::bytea[]) as t(id, workspace_id, wrapped)`,
    [
      keyring.keyId,
      [...dataKeys.values()].map(({ id }) => id),
      [...dataKeys.keys()],
      [...dataKeys].map(([workspaceId, { id, bytes }]) =>
        wrapKey({
          wrappingKey,
          wrappingKeyId: keyring.keyId,
          place: { tenant: workspaceId, table: "data_keys", column: "key_wrapped", row: id },
          dataKey: bytes,
          iv: randomBytes(12),
        }),
      ),
    ],
  );
  await pool.query(
    `update workers set kind = 'actions', handshake_secret_sealed = sealed,
       workflow_ref = repository_full_name || '/.github/workflows/pulse.yml@refs/heads/main'
     from unnest($1::uuid[], $2::bytea[]) as t(worker_id, sealed) where id = worker_id`,
    [workers.map(({ workerId }) => workerId), workers.map((worker) => sealSecret(worker, dataKeys))],
  );
  await pool.query("vacuum analyze workers, data_keys");
  const bound = await pool.query<{ id: string; repo: string; owner: string; ref: string }>(
    "select id, repository_id::text as repo, repository_owner_id::text as owner, workflow_ref as ref from workers",
  );
  const byId = new Map(bound.rows.map((row) => [row.id, row]));
  return workers.map((worker) => {
    const row = byId.get(worker.workerId);
    if (!row) throw new Error(`Worker ${worker.workerId} was not written`);
    return { ...worker, repositoryId: row.repo, repositoryOwnerId: row.owner, workflowRef: row.ref };
  });
}

type DataKeys = ReadonlyMap<string, { id: string; bytes: Buffer }>;

/** A workspace has one data key, so that its own id does for the key's. */
const drawDataKey = (workspaceId: string) =>
  [workspaceId, { id: workspaceId, bytes: randomBytes(32) }] as const;

function sealSecret({ workerId, workspaceId, handshakeSecret }: BenchWorker, dataKeys: DataKeys): Buffer {
  const dataKey = dataKeys.get(workspaceId);
  if (!dataKey) throw new Error(`Workspace ${workspaceId} has no data key`);
  return sealValue({
    key: createSecretKey(dataKey.bytes),
    keyId: dataKey.id,
    place: { tenant: workspaceId, table: "workers", column: "handshake_secret_sealed", row: workerId },
    plaintext: handshakeSecret,
    iv: randomBytes(12),
  });
}
