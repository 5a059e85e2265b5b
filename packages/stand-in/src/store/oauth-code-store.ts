import type { DatabaseSync } from "node:sqlite";
import { integer, text, textOrNull } from "./row.js";
import { hashToken, randomText } from "./token-hash.js";

export interface OAuthCode {
  readonly clientId: string;
  readonly userId: number;
  readonly scopes: readonly string[];
  readonly redirectUri: string | null;
  readonly codeChallenge: string | null;
}

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps: ten minutes. */
const LIFETIME_MS = 10 * 60_000;

export class OAuthCodeStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  create(code: OAuthCode): { codePlain: string } {
    const codePlain = randomText(20);
    this.#database
      .prepare(
        "insert into oauth_codes (code_hash, client_id, user_id, scopes, redirect_uri, code_challenge, expires_at) values (?, ?, ?, ?, ?, ?, ?)",
      )
      .run(
        hashToken(codePlain),
        code.clientId,
        code.userId,
        code.scopes.join(" "),
        code.redirectUri,
        code.codeChallenge,
        this.#now() + LIFETIME_MS,
      );
    return { codePlain };
  }

  /** Takes the code out, so that a second exchange finds nothing, also when the first was refused. */
  claim(codePlain: string): OAuthCode | undefined {
    const row = this.#database
      .prepare("delete from oauth_codes where code_hash = ? returning *")
      .get(hashToken(codePlain));
    if (!row || integer(row, "expires_at") <= this.#now()) return undefined;
    return {
      clientId: text(row, "client_id"),
      userId: integer(row, "user_id"),
      scopes: text(row, "scopes").split(" ").filter(Boolean),
      redirectUri: textOrNull(row, "redirect_uri"),
      codeChallenge: textOrNull(row, "code_challenge"),
    };
  }
}
