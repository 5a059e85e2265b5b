import type { RunnerOptions } from "./runner/runner-host.js";

export interface OAuthAppOptions {
  readonly clientId: string;
  /** A development credential of the stand-in, never one of GitHub's. */
  readonly clientSecret: string;
  readonly name: string;
  /** The registered callback URLs; the first is where errors about the redirect itself are sent. */
  readonly callbackUrls: readonly string[];
}

export interface SeedUser {
  readonly login: string;
  readonly name?: string;
  /** Verified primary address; default `<login>@example.test`. */
  readonly email?: string;
}

export interface StandInOptions {
  /** Where repositories and state live; created if missing. */
  readonly dataDir: string;
  /** 0 takes a free port. Default 4100. */
  readonly port?: number;
  readonly apps: readonly OAuthAppOptions[];
  /** Created at start when missing. Default `octo-alice` and `octo-bob`. */
  readonly users?: readonly SeedUser[];
  /** Wall clock in milliseconds since the epoch; expiry of codes and tokens follows it. */
  readonly now?: () => number;
  /** The runner's settings; `false` keeps workflow runs queued for ever. */
  readonly runner?: (Partial<RunnerOptions> & { readonly startSchedules?: boolean }) | false;
  /**
   * A file outside the product's own data to which every issued token is appended in plain text, so that
   * the token search can look for tokens of earlier starts too. Without it they are only kept in memory.
   */
  readonly issuedTokensFile?: string;
}

export const DEFAULT_PORT = 4100;
export const DEFAULT_USERS: readonly SeedUser[] = [
  { login: "octo-alice", name: "Alice Octo" },
  { login: "octo-bob", name: "Bob Octo" },
];
