import { decodeBase64url, HANDSHAKE_SECRET_BYTES } from "@pulsekeep/signing";

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
}

export type ReadConfig = { ok: true; config: WorkerConfig } | { ok: false; problem: string };

type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Reads the environment; a problem names the variable and never its value. */
export function readConfig(env: Environment): ReadConfig {
  const problem = (text: string): ReadConfig => ({ ok: false, problem: text });
  const server = readOrigin(env["KEEPSTREAK_SERVER_URL"]);
  if (server === undefined) return problem("KEEPSTREAK_SERVER_URL is not an https address");
  const clientId = env["KEEPSTREAK_CLIENT_ID"] ?? "";
  if (!/^[A-Za-z0-9_-]{8,64}$/.test(clientId))
    return problem("the secret KEEPSTREAK_CLIENT_ID is missing or malformed");
  const secretText = env["HANDSHAKE_SECRET"] ?? "";
  const handshakeSecret = decodeBase64url(secretText);
  if (handshakeSecret?.length !== HANDSHAKE_SECRET_BYTES) {
    return problem("the secret HANDSHAKE_SECRET is missing or is not 32 bytes in base64url");
  }
  const repository = env["GITHUB_REPOSITORY"] ?? "";
  if (!/^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/.test(repository))
    return problem("GITHUB_REPOSITORY is missing");
  const githubApiUrl = readBaseUrl(env["GITHUB_API_URL"] ?? "https://api.github.com");
  if (githubApiUrl === undefined) return problem("GITHUB_API_URL is not an https address");
  const githubToken = env["GITHUB_TOKEN"] ?? "";
  if (githubToken === "") return problem("GITHUB_TOKEN is missing");
  const requestUrl = env["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "";
  const requestToken = env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "";
  const hasOidc = requestUrl !== "" && requestToken !== "";
  if (env["GITHUB_ACTIONS"] === "true" && !hasOidc) {
    return problem("the workflow does not grant `id-token: write`, so the worker cannot prove where it runs");
  }
  return {
    ok: true,
    config: {
      server,
      clientId,
      handshakeSecret,
      repository,
      githubApiUrl,
      githubToken,
      oidc: hasOidc ? { requestUrl, requestToken } : undefined,
      secrets: [secretText, githubToken, requestToken],
    },
  };
}

/** Plain HTTP is for this very machine only: everything else would carry tokens in clear. */
function readUrl(text: string | undefined): URL | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname));
  return isSafe && url.username === "" && url.password === "" ? url : undefined;
}

function readOrigin(text: string | undefined): string | undefined {
  return readUrl(text)?.origin;
}

function readBaseUrl(text: string): string | undefined {
  const url = readUrl(text);
  return url && `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
