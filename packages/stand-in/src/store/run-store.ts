import type { DatabaseSync } from "node:sqlite";
import type { WorkflowRunRecord } from "../runner/runner-host.js";
import type { MetaStore } from "./meta-store.js";
import { integer, type Row, text } from "./row.js";

const FIRST_RUN_ID = 20_000_000_001;

export interface LogEntry {
  readonly jobNumber: number;
  readonly text: string;
}

export class RunStore {
  readonly #database: DatabaseSync;
  readonly #meta: MetaStore;

  constructor(database: DatabaseSync, meta: MetaStore) {
    this.#database = database;
    this.#meta = meta;
  }

  nextId(): number {
    return this.#meta.next("run_id", FIRST_RUN_ID);
  }

  /** `listedAt` (epoch milliseconds) holds a new run back from listings; later writes do not move it. */
  put(record: WorkflowRunRecord, listedAt: number): void {
    this.#database
      .prepare(
        "insert into runs (id, repository_id, workflow_id, record, listed_at) values (?, ?, ?, ?, ?) on conflict (id) do update set record = excluded.record",
      )
      .run(record.id, record.repositoryId, record.workflowId, JSON.stringify(record), listedAt);
  }

  find(repositoryId: number, id: number): WorkflowRunRecord | undefined {
    const row = this.#database
      .prepare("select record from runs where repository_id = ? and id = ?")
      .get(repositoryId, id);
    return row && toRecord(row);
  }

  has(id: number): boolean {
    return this.#database.prepare("select 1 from runs where id = ?").get(id) !== undefined;
  }

  /** Newest first; only what `now` (epoch milliseconds) already shows. */
  listListed(repositoryId: number, now: number): WorkflowRunRecord[] {
    return this.#database
      .prepare("select record from runs where repository_id = ? and listed_at <= ? order by id desc")
      .all(repositoryId, now)
      .map((row) => toRecord(row));
  }

  /** Runs that no process works on after a restart. */
  listOpen(): WorkflowRunRecord[] {
    return this.#database
      .prepare("select record from runs where record ->> '$.status' <> 'completed' order by id")
      .all()
      .map((row) => toRecord(row));
  }

  appendLog(runId: number, entry: LogEntry): void {
    this.#database
      .prepare("insert into run_logs (run_id, job_number, text) values (?, ?, ?)")
      .run(runId, entry.jobNumber, entry.text);
  }

  listLog(runId: number): LogEntry[] {
    return this.#database
      .prepare("select job_number, text from run_logs where run_id = ? order by seq")
      .all(runId)
      .map((row) => ({ jobNumber: integer(row, "job_number"), text: text(row, "text") }));
  }
}

function toRecord(row: Row): WorkflowRunRecord {
  return JSON.parse(text(row, "record")) as WorkflowRunRecord;
}
