import type { DatabaseSync } from "node:sqlite";
import { integer, isoSeconds, type Row, text, textOrNull } from "./row.js";

export interface Repository {
  readonly id: number;
  readonly ownerId: number;
  readonly owner: string;
  readonly name: string;
  readonly private: boolean;
  readonly description: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly pushedAt: string;
}

/** Both base64; the pair that seals and opens this repository's Actions secrets. */
export interface SecretKeyPair {
  readonly publicKey: string;
  readonly secretKey: string;
}

export interface NewRepository {
  readonly ownerId: number;
  readonly name: string;
  readonly private: boolean;
  readonly description: string | null;
  readonly keys: SecretKeyPair;
}

const SELECT = "select r.*, u.login as owner from repositories r join users u on u.id = r.owner_id";

export class RepositoryStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  create(repository: NewRepository): Repository {
    const at = isoSeconds(this.#now());
    const { lastInsertRowid } = this.#database
      .prepare(
        "insert into repositories (owner_id, name, private, description, public_key, secret_key, created_at, updated_at, pushed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      )
      .run(
        repository.ownerId,
        repository.name,
        repository.private ? 1 : 0,
        repository.description,
        repository.keys.publicKey,
        repository.keys.secretKey,
        at,
        at,
        at,
      );
    return this.getById(Number(lastInsertRowid));
  }

  find(owner: string, name: string): Repository | undefined {
    const row = this.#database.prepare(`${SELECT} where u.login = ? and r.name = ?`).get(owner, name);
    return row && toRepository(row);
  }

  findById(id: number): Repository | undefined {
    const row = this.#database.prepare(`${SELECT} where r.id = ?`).get(id);
    return row && toRepository(row);
  }

  getById(id: number): Repository {
    const repository = this.findById(id);
    if (!repository) throw new Error(`no repository has the id ${id}`);
    return repository;
  }

  listAll(): Repository[] {
    return this.#database
      .prepare(`${SELECT} order by r.id`)
      .all()
      .map((row) => toRepository(row));
  }

  update(
    repository: Repository,
    change: { name: string; private: boolean; description: string | null },
  ): void {
    this.#database
      .prepare("update repositories set name = ?, private = ?, description = ?, updated_at = ? where id = ?")
      .run(change.name, change.private ? 1 : 0, change.description, isoSeconds(this.#now()), repository.id);
  }

  recordPush(id: number): void {
    const at = isoSeconds(this.#now());
    this.#database
      .prepare("update repositories set pushed_at = ?, updated_at = ? where id = ?")
      .run(at, at, id);
  }

  remove(id: number): void {
    this.#database.prepare("delete from tokens where repository_id = ?").run(id);
    this.#database.prepare("delete from repositories where id = ?").run(id);
  }

  getKeys(id: number): SecretKeyPair {
    const row = this.#database
      .prepare("select public_key, secret_key from repositories where id = ?")
      .get(id);
    if (!row) throw new Error(`no repository has the id ${id}`);
    return { publicKey: text(row, "public_key"), secretKey: text(row, "secret_key") };
  }
}

function toRepository(row: Row): Repository {
  return {
    id: integer(row, "id"),
    ownerId: integer(row, "owner_id"),
    owner: text(row, "owner"),
    name: text(row, "name"),
    private: integer(row, "private") === 1,
    description: textOrNull(row, "description"),
    createdAt: text(row, "created_at"),
    updatedAt: text(row, "updated_at"),
    pushedAt: text(row, "pushed_at"),
  };
}
