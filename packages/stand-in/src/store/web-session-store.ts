import type { DatabaseSync } from "node:sqlite";
import { integer, isoSeconds } from "./row.js";
import { hashToken, randomText } from "./token-hash.js";

/** Sign-ins of people's browsers at the stand-in's own pages. */
export class WebSessionStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  create(userId: number): { tokenPlain: string } {
    const tokenPlain = randomText(48);
    this.#database
      .prepare("insert into web_sessions (token_hash, user_id, created_at) values (?, ?, ?)")
      .run(hashToken(tokenPlain), userId, isoSeconds(this.#now()));
    return { tokenPlain };
  }

  findUserId(tokenPlain: string): number | undefined {
    const row = this.#database
      .prepare("select user_id from web_sessions where token_hash = ?")
      .get(hashToken(tokenPlain));
    return row && integer(row, "user_id");
  }

  remove(tokenPlain: string): void {
    this.#database.prepare("delete from web_sessions where token_hash = ?").run(hashToken(tokenPlain));
  }
}
