import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "./database.js";
import { GrantStore } from "./grant-store.js";
import { MetaStore } from "./meta-store.js";
import { OAuthCodeStore } from "./oauth-code-store.js";
import { RepositoryStore } from "./repository-store.js";
import { RunStore } from "./run-store.js";
import { SecretStore } from "./secret-store.js";
import { TokenStore } from "./token-store.js";
import { UserStore } from "./user-store.js";
import { WebSessionStore } from "./web-session-store.js";
import { WorkflowStore } from "./workflow-store.js";

export interface StoreOptions {
  readonly dataDir: string;
  readonly now: () => number;
  readonly issuedTokensFile?: string;
}

/** All state but the contents of repositories, which live in git. */
export class Store {
  readonly #database: DatabaseSync;
  readonly meta: MetaStore;
  readonly users: UserStore;
  readonly sessions: WebSessionStore;
  readonly grants: GrantStore;
  readonly codes: OAuthCodeStore;
  readonly tokens: TokenStore;
  readonly repositories: RepositoryStore;
  readonly secrets: SecretStore;
  readonly workflows: WorkflowStore;
  readonly runs: RunStore;

  constructor(options: StoreOptions) {
    const { now } = options;
    this.#database = openDatabase(options.dataDir);
    this.meta = new MetaStore(this.#database);
    this.users = new UserStore(this.#database, now);
    this.sessions = new WebSessionStore(this.#database, now);
    this.grants = new GrantStore(this.#database, now);
    this.codes = new OAuthCodeStore(this.#database, now);
    this.tokens = new TokenStore(this.#database, now, options.issuedTokensFile);
    this.repositories = new RepositoryStore(this.#database, now);
    this.secrets = new SecretStore(this.#database, now);
    this.workflows = new WorkflowStore(this.#database, now);
    this.runs = new RunStore(this.#database, this.meta);
  }

  close(): void {
    this.#database.close();
  }
}
