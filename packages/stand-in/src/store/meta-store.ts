import type { DatabaseSync } from "node:sqlite";
import { text } from "./row.js";

export class MetaStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  find(key: string): string | undefined {
    const row = this.#database.prepare("select value from meta where key = ?").get(key);
    return row && text(row, "value");
  }

  put(key: string, value: string): void {
    this.#database
      .prepare(
        "insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value",
      )
      .run(key, value);
  }

  /** Counts up from `first`; survives restarts. */
  next(key: string, first: number): number {
    const value = Number(this.find(key) ?? first - 1) + 1;
    this.put(key, String(value));
    return value;
  }
}
