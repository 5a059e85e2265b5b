import type { DatabaseSync } from "node:sqlite";
import { integer, isoSeconds, type Row, text } from "./row.js";

export interface User {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  /** Verified and primary, but private: `GET /user` shows null, `GET /user/emails` lists it. */
  readonly email: string;
  readonly createdAt: string;
}

/** https://docs.github.com/en/account-and-profile/reference/email-addresses-reference */
export function noreplyAddress(user: Pick<User, "id" | "login">): string {
  return `${user.id}+${user.login}@users.noreply.github.com`;
}

const NOREPLY = /^(?:(\d+)\+)?([A-Za-z0-9-]+(?:\[bot\])?)@users\.noreply\.github\.com$/;
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;

export class UserStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  static isLogin(login: string): boolean {
    return LOGIN.test(login);
  }

  /** Creates the account, or returns the one that has the login already. */
  ensure(login: string, profile: { name?: string; email?: string } = {}): User {
    if (!UserStore.isLogin(login)) throw new RangeError(`not a GitHub login: ${login}`);
    this.#database
      .prepare(
        "insert into users (login, name, email, created_at) values (?, ?, ?, ?) on conflict (login) do nothing",
      )
      .run(
        login,
        profile.name ?? login,
        profile.email ?? `${login}@example.test`.toLowerCase(),
        isoSeconds(this.#now()),
      );
    const user = this.findByLogin(login);
    if (!user) throw new Error(`account ${login} was not stored`);
    return user;
  }

  findByLogin(login: string): User | undefined {
    return toUser(this.#database.prepare("select * from users where login = ?").get(login));
  }

  findById(id: number): User | undefined {
    return toUser(this.#database.prepare("select * from users where id = ?").get(id));
  }

  /** The account that a commit's e-mail address counts for. */
  findByEmail(email: string): User | undefined {
    const noreply = NOREPLY.exec(email);
    if (noreply?.[1]) return this.findById(Number(noreply[1]));
    if (noreply?.[2]) return this.findByLogin(noreply[2]);
    return toUser(this.#database.prepare("select * from users where email = ?").get(email));
  }

  listAll(): User[] {
    return this.#database
      .prepare("select * from users order by id")
      .all()
      .map((row) => requireUser(row));
  }
}

function toUser(row: Row | undefined): User | undefined {
  return row && requireUser(row);
}

function requireUser(row: Row): User {
  return {
    id: integer(row, "id"),
    login: text(row, "login"),
    name: text(row, "name"),
    email: text(row, "email"),
    createdAt: text(row, "created_at"),
  };
}
