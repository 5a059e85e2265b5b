import type { DatabaseSync } from "node:sqlite";
import { integer, isoSeconds, type Row, text } from "./row.js";

/** A user's consent to an OAuth app: the union of the scopes that they have authorized. */
export interface Grant {
  readonly id: number;
  readonly userId: number;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
}

export class GrantStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  find(userId: number, clientId: string): Grant | undefined {
    const row = this.#database
      .prepare("select * from grants where user_id = ? and client_id = ?")
      .get(userId, clientId);
    return row && toGrant(row);
  }

  put(grant: { userId: number; clientId: string; scopes: readonly string[] }): void {
    this.#database
      .prepare(
        "insert into grants (user_id, client_id, scopes, created_at) values (?, ?, ?, ?) on conflict (user_id, client_id) do update set scopes = excluded.scopes",
      )
      .run(grant.userId, grant.clientId, grant.scopes.join(" "), isoSeconds(this.#now()));
  }

  /** Ends the consent and every token and unused code that came from it, in one step. */
  revoke(userId: number, clientId: string): void {
    this.#database.exec("begin immediate");
    try {
      for (const table of ["grants", "tokens", "oauth_codes"]) {
        this.#database
          .prepare(`delete from ${table} where user_id = ? and client_id = ?`)
          .run(userId, clientId);
      }
      this.#database.exec("commit");
    } catch (error) {
      this.#database.exec("rollback");
      throw error;
    }
  }
}

function toGrant(row: Row): Grant {
  return {
    id: integer(row, "id"),
    userId: integer(row, "user_id"),
    clientId: text(row, "client_id"),
    scopes: text(row, "scopes").split(" ").filter(Boolean),
    createdAt: text(row, "created_at"),
  };
}
