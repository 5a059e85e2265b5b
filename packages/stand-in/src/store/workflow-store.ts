import type { DatabaseSync } from "node:sqlite";
import type { WorkflowState } from "../runner/runner-host.js";
import { integer, isoSeconds, type Row, text } from "./row.js";

export interface Workflow {
  readonly id: number;
  readonly repositoryId: number;
  /** `.github/workflows/x.yml` */
  readonly path: string;
  readonly state: WorkflowState;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What GitHub keeps about a workflow file beside the file itself: id, state, run numbers. */
export class WorkflowStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  ensure(repositoryId: number, path: string): Workflow {
    const at = isoSeconds(this.#now());
    this.#database
      .prepare(
        "insert into workflows (repository_id, path, created_at, updated_at) values (?, ?, ?, ?) on conflict do nothing",
      )
      .run(repositoryId, path, at, at);
    const row = this.#database
      .prepare("select * from workflows where repository_id = ? and path = ?")
      .get(repositoryId, path);
    if (!row) throw new Error(`workflow ${path} was not stored`);
    return toWorkflow(row);
  }

  findById(repositoryId: number, id: number): Workflow | undefined {
    const row = this.#database
      .prepare("select * from workflows where repository_id = ? and id = ?")
      .get(repositoryId, id);
    return row && toWorkflow(row);
  }

  setState(id: number, state: WorkflowState): void {
    this.#database
      .prepare("update workflows set state = ?, updated_at = ? where id = ?")
      .run(state, isoSeconds(this.#now()), id);
  }

  nextRunNumber(id: number): number {
    const row = this.#database
      .prepare("update workflows set run_number = run_number + 1 where id = ? returning run_number")
      .get(id);
    if (!row) throw new Error(`no workflow has the id ${id}`);
    return integer(row, "run_number");
  }
}

function toWorkflow(row: Row): Workflow {
  return {
    id: integer(row, "id"),
    repositoryId: integer(row, "repository_id"),
    path: text(row, "path"),
    state: text(row, "state") as WorkflowState,
    createdAt: text(row, "created_at"),
    updatedAt: text(row, "updated_at"),
  };
}
