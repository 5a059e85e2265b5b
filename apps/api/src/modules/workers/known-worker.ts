import type { WrappedDataKey } from "../vault/vault.service.js";
import type { WorkerRow } from "./provisioning.service.js";

/** What a proof is checked against, and what a handshake needs to know of its worker. */
export type GateWorker = Pick<
  WorkerRow,
  | "id"
  | "workspaceId"
  | "clientId"
  | "kind"
  | "state"
  | "handshakeSecretSealed"
  | "secretExpiresAt"
  | "nextSecretSealed"
  | "previousSecretSealed"
  | "previousSecretUntil"
  | "repositoryId"
  | "repositoryOwnerId"
  | "workflowRef"
  | "workflowSha"
  | "cronMinute"
  | "exportsCheckpoints"
  | "checkpointExportedAt"
>;

/** A worker and the wrapped key of its workspace, that its roots are sealed under. */
export type KnownWorker = { worker: GateWorker; dataKey: WrappedDataKey };

/** As the database's `lookup_proving_workers` answers; its bigints come as text. */
export type ProvingWorkerRow = {
  id: string;
  workspace_id: string;
  client_id: string;
  kind: WorkerRow["kind"];
  state: WorkerRow["state"];
  handshake_secret_sealed: Buffer;
  secret_expires_at: Date;
  next_secret_sealed: Buffer | null;
  previous_secret_sealed: Buffer | null;
  previous_secret_until: Date | null;
  repository_id: string | null;
  repository_owner_id: string | null;
  workflow_ref: string | null;
  workflow_sha: string | null;
  cron_minute: number;
  exports_checkpoints: boolean;
  checkpoint_exported_at: Date | null;
  data_key_id: string;
  data_key_wrapped: Buffer;
  keyring_key_id: string;
  keyring_key_retired_at: Date | null;
};

export function toKnownWorker(row: ProvingWorkerRow): KnownWorker {
  return {
    worker: {
      id: row.id,
      workspaceId: row.workspace_id,
      clientId: row.client_id,
      kind: row.kind,
      state: row.state,
      handshakeSecretSealed: row.handshake_secret_sealed,
      secretExpiresAt: row.secret_expires_at,
      nextSecretSealed: row.next_secret_sealed,
      previousSecretSealed: row.previous_secret_sealed,
      previousSecretUntil: row.previous_secret_until,
      repositoryId: toNumber(row.repository_id),
      repositoryOwnerId: toNumber(row.repository_owner_id),
      workflowRef: row.workflow_ref,
      workflowSha: row.workflow_sha,
      cronMinute: row.cron_minute,
      exportsCheckpoints: row.exports_checkpoints,
      checkpointExportedAt: row.checkpoint_exported_at,
    },
    dataKey: {
      id: row.data_key_id,
      workspaceId: row.workspace_id,
      keyringKeyId: row.keyring_key_id,
      keyWrapped: row.data_key_wrapped,
      retiredAt: row.keyring_key_retired_at,
    },
  };
}

const toNumber = (text: string | null): number | null => (text === null ? null : Number(text));
