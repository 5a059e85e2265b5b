import { decodeBase64url, HANDSHAKE_SECRET_BYTES } from "@pulsekeep/signing";
import { REPOSITORY } from "./repository-name.js";

/** What the worker was given by its workflow, parsed. */
export interface WorkerConfig {
  /** Origin of the KeepStreak server. */
  server: string;
  clientId: string;
  handshakeSecret: Uint8Array;
  /** `owner/name` of the repository that the worker lives in. */
  repository: string;
  githubApiUrl: string;
  githubToken: string;
  /** Where the runner hands out OIDC tokens; absent on a machine of the user's own. */
  oidc: { requestUrl: string; requestToken: string } | undefined;
  /** What must never appear in a log. */
  secrets: readonly string[];
  /** Text of the root of the keys that sign this worker's releases; absent when it is updated by hand only. */
  releaseRoot?: string;
  /** The line of the workflow's schedule that woke the worker. */
  cron?: string;
}

export type ReadConfig = { ok: true; config: WorkerConfig } | { ok: false; problem: string };

type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Reads the environment; a problem names the variable and never its value. */
export function readConfig(env: Environment): ReadConfig {
  const problem = (text: string): ReadConfig => ({ ok: false, problem: text });
  const read = (name: string) => env[name] ?? "";
  const server = readUrl(read("KEEPSTREAK_SERVER_URL"))?.origin;
  if (server === undefined) return problem("KEEPSTREAK_SERVER_URL is not an https address");
  const clientId = read("KEEPSTREAK_CLIENT_ID");
  if (!/^[A-Za-z0-9_-]{8,64}$/.test(clientId)) return problem("the secret KEEPSTREAK_CLIENT_ID is malformed");
  const secretText = read("HANDSHAKE_SECRET");
  const handshakeSecret = decodeBase64url(secretText);
  if (handshakeSecret?.length !== HANDSHAKE_SECRET_BYTES)
    return problem("the secret HANDSHAKE_SECRET is not 32 bytes in base64url");
  const repository = read("GITHUB_REPOSITORY");
  if (!REPOSITORY.test(repository)) return problem("GITHUB_REPOSITORY is missing");
  const api = readUrl(env["GITHUB_API_URL"] ?? "https://api.github.com");
  if (api === undefined) return problem("GITHUB_API_URL is not an https address");
  const githubToken = read("GITHUB_TOKEN");
  if (githubToken === "") return problem("GITHUB_TOKEN is missing");
  const requestUrl = read("ACTIONS_ID_TOKEN_REQUEST_URL");
  const requestToken = read("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
  const hasOidc = requestUrl !== "" && requestToken !== "";
  if (read("GITHUB_ACTIONS") === "true" && !hasOidc)
    return problem("the workflow does not grant `id-token: write`");
  const config: WorkerConfig = {
    server,
    clientId,
    handshakeSecret,
    repository,
    githubApiUrl: `${api.origin}${api.pathname}`.replace(/\/+$/, ""),
    githubToken,
    oidc: hasOidc ? { requestUrl, requestToken } : undefined,
    secrets: [secretText, githubToken, requestToken],
  };
  return { ok: true, config };
}

/** Plain HTTP is for this very machine only: everything else would carry tokens in clear. */
function readUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname));
  return isSafe && url.username === "" && url.password === "" ? url : undefined;
}
