import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ensurePrivateDirectory } from "./private-directory.js";

// Ids are AUTOINCREMENT because GitHub never gives a deleted repository's id to another one, and
// what binds a worker to its repository relies on that.
const SCHEMA = `
create table if not exists meta (key text primary key, value text not null) strict;
create table if not exists users (
  id integer primary key autoincrement, login text not null unique collate nocase,
  name text not null, email text not null unique collate nocase, created_at text not null) strict;
create table if not exists web_sessions (
  token_hash text primary key, user_id integer not null references users, created_at text not null) strict;
create table if not exists grants (
  id integer primary key autoincrement, user_id integer not null references users, client_id text not null,
  scopes text not null, created_at text not null, unique (user_id, client_id)) strict;
create table if not exists oauth_codes (
  code_hash text primary key, client_id text not null, user_id integer not null references users,
  scopes text not null, redirect_uri text, code_challenge text, expires_at integer not null) strict;
create table if not exists tokens (
  id integer primary key autoincrement, token_hash text not null unique, kind text not null,
  user_id integer references users, client_id text, scopes text not null default '',
  repository_id integer, permissions text, run_id integer,
  last_eight text not null, created_at text not null, expires_at integer) strict;
create table if not exists repositories (
  id integer primary key autoincrement, owner_id integer not null references users,
  name text not null collate nocase, private integer not null, description text,
  public_key text not null, secret_key text not null,
  created_at text not null, updated_at text not null, pushed_at text not null,
  unique (owner_id, name)) strict;
create table if not exists secrets (
  repository_id integer not null references repositories on delete cascade, name text not null,
  value_sealed text not null, created_at text not null, updated_at text not null,
  primary key (repository_id, name)) strict;
create table if not exists workflows (
  id integer primary key autoincrement, repository_id integer not null references repositories on delete cascade,
  path text not null, state text not null default 'active', run_number integer not null default 0,
  created_at text not null, updated_at text not null, unique (repository_id, path)) strict;
create table if not exists runs (
  id integer primary key, repository_id integer not null references repositories on delete cascade,
  workflow_id integer not null, record text not null, listed_at integer not null) strict;
create index if not exists runs_by_repository on runs (repository_id, id desc);
create table if not exists run_logs (
  run_id integer not null references runs on delete cascade, seq integer primary key autoincrement,
  job_number integer not null, text text not null) strict;
create index if not exists run_logs_by_run on run_logs (run_id, seq);
`;

// First ids that look like GitHub's: run ids are beyond 32 bits there, which is worth meeting early.
const FIRST_IDS = { users: 5_832_310, repositories: 901_000_000, workflows: 71_000_000, tokens: 1_000_000 };

/** Opens (and creates) the state database under `dataDir`; `journal_mode=wal` makes each change durable. */
export function openDatabase(dataDir: string): DatabaseSync {
  const directory = ensurePrivateDirectory(join(dataDir, "state"));
  const database = new DatabaseSync(join(directory, "state.sqlite"), { enableForeignKeyConstraints: true });
  database.exec("pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 2000;");
  database.exec(SCHEMA);
  const seed = database.prepare(
    "insert into sqlite_sequence (name, seq) select ?, ? where not exists (select 1 from sqlite_sequence where name = ?)",
  );
  for (const [table, first] of Object.entries(FIRST_IDS)) seed.run(table, first - 1, table);
  return database;
}
