import type { DatabaseSync } from "node:sqlite";
import { isoSeconds, type Row, text } from "./row.js";

export interface Secret {
  readonly name: string;
  /** Base64 of the libsodium sealed box, as the client sent it. */
  readonly valueSealed: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export class SecretStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /** Returns whether the secret is new. */
  put(repositoryId: number, name: string, valueSealed: string): boolean {
    const isNew = this.find(repositoryId, name) === undefined;
    const at = isoSeconds(this.#now());
    this.#database
      .prepare(
        "insert into secrets (repository_id, name, value_sealed, created_at, updated_at) values (?, ?, ?, ?, ?) on conflict (repository_id, name) do update set value_sealed = excluded.value_sealed, updated_at = excluded.updated_at",
      )
      .run(repositoryId, name, valueSealed, at, at);
    return isNew;
  }

  find(repositoryId: number, name: string): Secret | undefined {
    const row = this.#database
      .prepare("select * from secrets where repository_id = ? and name = ?")
      .get(repositoryId, name);
    return row && toSecret(row);
  }

  listAll(repositoryId: number): Secret[] {
    return this.#database
      .prepare("select * from secrets where repository_id = ? order by name")
      .all(repositoryId)
      .map((row) => toSecret(row));
  }

  remove(repositoryId: number, name: string): boolean {
    const { changes } = this.#database
      .prepare("delete from secrets where repository_id = ? and name = ?")
      .run(repositoryId, name);
    return changes > 0;
  }
}

function toSecret(row: Row): Secret {
  return {
    name: text(row, "name"),
    valueSealed: text(row, "value_sealed"),
    createdAt: text(row, "created_at"),
    updatedAt: text(row, "updated_at"),
  };
}
