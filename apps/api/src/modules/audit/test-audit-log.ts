import { connect } from "@pulsekeep/database";
import { type NoteKey, parseNoteKey } from "@pulsekeep/signing/merkle/signed-note";
import type { AuditKeys } from "@pulsekeep/contracts/api/audit";
import pg from "pg";
import type { TestApp } from "../../testing/test-app.js";
import type { AuditReport } from "./audit-findings.js";
import { CheckpointsService } from "./checkpoints.service.js";
import { sha256 } from "./log-nodes.js";
import { SequencerJobs } from "./sequencer.jobs.js";
import { verifyAudit } from "./verify-audit.js";

/** Gives everything that waits its place, and signs the log. */
export async function sealLog(test: TestApp): Promise<void> {
  while ((await test.get(SequencerJobs).sequenceOnce()) > 0);
  await test.get(CheckpointsService).makeDue(0);
}

export async function readKeys(test: TestApp): Promise<{ origin: string; keys: NoteKey[] }> {
  const { body } = await test.newClient().get<AuditKeys>("/api/v1/audit/keys");
  const keys = await Promise.all(body.keys.map((key) => parseNoteKey(key, sha256)));
  return { origin: body.origin, keys: keys.filter((key) => key !== undefined) };
}

/** Verifies as the role that backs the database up. */
export async function verifyLog(test: TestApp, keptNotes: readonly string[] = []): Promise<AuditReport> {
  const { pool, database: db } = connect(test.database.ownerUrl, "pulsekeep_backup", { max: 1 });
  try {
    return await verifyAudit({ db, keptNotes, ...(await readKeys(test)) });
  } finally {
    await pool.end();
  }
}

/** Does what only a superuser can who wants to do harm: no trigger of the audit fires. */
export async function tamper(test: TestApp, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: test.database.superuserUrl });
  await client.connect();
  try {
    await client.query("set session_replication_role = replica");
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
