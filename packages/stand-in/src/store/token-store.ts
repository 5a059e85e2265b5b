import { appendFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { JobPermissions } from "../runner/runner-host.js";
import { integer, integerOrNull, isoSeconds, type Row, text, textOrNull } from "./row.js";
import { hashToken, randomText } from "./token-hash.js";

/** `oauth` and `classic` carry scopes; `fine_grained` and `job` carry permissions. */
type TokenKind = "oauth" | "classic" | "fine_grained" | "job";

export interface Token {
  readonly id: number;
  readonly tokenHash: string;
  readonly kind: TokenKind;
  /** Null for a job's token, which acts as the Actions bot. */
  readonly userId: number | null;
  readonly clientId: string | null;
  readonly scopes: readonly string[];
  /** The only repository that a job's token reaches. */
  readonly repositoryId: number | null;
  readonly permissions: JobPermissions;
  readonly lastEight: string;
  readonly createdAt: string;
}

export interface NewToken {
  readonly kind: TokenKind;
  readonly userId?: number;
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  readonly repositoryId?: number;
  readonly permissions?: JobPermissions;
  readonly runId?: number;
  readonly expiresInMs?: number;
}

export interface IssuedToken {
  readonly kind: TokenKind;
  readonly tokenPlain: string;
}

// https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
const PREFIXES: Record<TokenKind, string> = {
  oauth: "gho_",
  classic: "ghp_",
  fine_grained: "github_pat_",
  job: "ghs_",
};
const TOKENS_PER_GRANT = 10;

export class TokenStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #issuedTokensFile: string | undefined;
  // Plain text lives here only, for the test that searches the product's data for it; the store on
  // disk knows hashes.
  readonly #issued: IssuedToken[] = [];

  constructor(database: DatabaseSync, now: () => number, issuedTokensFile: string | undefined) {
    this.#database = database;
    this.#now = now;
    this.#issuedTokensFile = issuedTokensFile;
  }

  create(token: NewToken): { tokenPlain: string } {
    const tokenPlain = `${PREFIXES[token.kind]}${randomText(token.kind === "fine_grained" ? 82 : 36)}`;
    this.#database
      .prepare(
        "insert into tokens (token_hash, kind, user_id, client_id, scopes, repository_id, permissions, run_id, last_eight, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      )
      .run(
        hashToken(tokenPlain),
        token.kind,
        token.userId ?? null,
        token.clientId ?? null,
        (token.scopes ?? []).join(" "),
        token.repositoryId ?? null,
        token.permissions ? JSON.stringify(token.permissions) : null,
        token.runId ?? null,
        tokenPlain.slice(-8),
        isoSeconds(this.#now()),
        token.expiresInMs === undefined ? null : this.#now() + token.expiresInMs,
      );
    this.#recordIssued({ kind: token.kind, tokenPlain });
    if (token.kind === "oauth") this.#revokeBeyondLimit(token);
    return { tokenPlain };
  }

  /** Undefined for unknown, revoked and expired tokens alike. */
  find(tokenPlain: string): Token | undefined {
    const row = this.#database
      .prepare("select * from tokens where token_hash = ? and (expires_at is null or expires_at > ?)")
      .get(hashToken(tokenPlain), this.#now());
    return row && toToken(row);
  }

  revoke(tokenPlain: string): boolean {
    const { changes } = this.#database
      .prepare("delete from tokens where token_hash = ?")
      .run(hashToken(tokenPlain));
    return changes > 0;
  }

  /** Every token issued since the start, in plain text; for the token search, never for authentication. */
  listIssued(): readonly IssuedToken[] {
    return this.#issued;
  }

  #recordIssued(token: IssuedToken): void {
    this.#issued.push(token);
    if (this.#issuedTokensFile)
      appendFileSync(this.#issuedTokensFile, `${token.tokenPlain}\n`, { mode: 0o600 });
  }

  // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#creating-multiple-tokens-for-oauth-apps
  #revokeBeyondLimit(token: NewToken): void {
    this.#database
      .prepare(
        "delete from tokens where id in (select id from tokens where kind = 'oauth' and user_id = ? and client_id = ? and scopes = ? order by id desc limit -1 offset ?)",
      )
      .run(token.userId ?? null, token.clientId ?? null, (token.scopes ?? []).join(" "), TOKENS_PER_GRANT);
  }
}

function toToken(row: Row): Token {
  const permissions = textOrNull(row, "permissions");
  return {
    id: integer(row, "id"),
    tokenHash: text(row, "token_hash"),
    kind: text(row, "kind") as TokenKind,
    userId: integerOrNull(row, "user_id"),
    clientId: textOrNull(row, "client_id"),
    scopes: text(row, "scopes").split(" ").filter(Boolean),
    repositoryId: integerOrNull(row, "repository_id"),
    permissions: permissions === null ? {} : (JSON.parse(permissions) as JobPermissions),
    lastEight: text(row, "last_eight"),
    createdAt: text(row, "created_at"),
  };
}
