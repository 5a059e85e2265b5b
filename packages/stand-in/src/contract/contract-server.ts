import { createEmulator } from "emulate";
import { apiClient, type ApiClient } from "../testing/api-client.js";
import { PROVISIONING_APP, startForTest } from "../testing/start-for-test.js";

export const REDIRECT_URI = "http://localhost:3000/callback";

interface Consent {
  readonly login: string;
  readonly scope: string;
  readonly state: string;
}

/** A GitHub that the contract is checked against, ours or the independent emulator. */
export interface ContractServer {
  readonly webUrl: string;
  readonly apiUrl: string;
  /** Opens the consent page, says yes as a browser would, and returns where it is sent. */
  consent(consent: Consent): Promise<URL>;
  close(): Promise<void>;
}

export const contractServers: readonly { name: string; start: () => Promise<ContractServer> }[] = [
  { name: "the stand-in", start: startStandInServer },
  { name: "emulate", start: startEmulateServer },
];

async function startStandInServer(): Promise<ContractServer> {
  const standIn = await startForTest();
  return {
    webUrl: standIn.url,
    apiUrl: standIn.apiUrl,
    consent: async ({ login, ...wanted }) => {
      const page = `${standIn.url}/login/oauth/authorize?${authorizeQuery(wanted)}`;
      return postForm(page, { login, decision: "authorize" });
    },
    close: () => standIn.dispose(),
  };
}

async function startEmulateServer(): Promise<ContractServer> {
  const emulator = await createEmulator({
    service: "github",
    port: 0,
    seed: {
      github: {
        users: [
          { login: "octo-alice", name: "Alice Octo", email: "octo-alice@example.test" },
          { login: "octo-bob", name: "Bob Octo", email: "octo-bob@example.test" },
        ],
        oauth_apps: [
          {
            client_id: PROVISIONING_APP.clientId,
            client_secret: PROVISIONING_APP.clientSecret,
            name: PROVISIONING_APP.name,
            redirect_uris: [REDIRECT_URI],
          },
        ],
      },
    },
  });
  return {
    webUrl: emulator.url,
    apiUrl: emulator.url,
    consent: ({ login, scope, state }) =>
      postForm(`${emulator.url}/login/oauth/callback`, {
        login,
        scope,
        state,
        redirect_uri: REDIRECT_URI,
        client_id: PROVISIONING_APP.clientId,
      }),
    close: () => emulator.close(),
  };
}

export function authorizeQuery(wanted: { scope: string; state: string }): string {
  return new URLSearchParams({
    client_id: PROVISIONING_APP.clientId,
    redirect_uri: REDIRECT_URI,
    ...wanted,
  }).toString();
}

/** Exchanges a code; the caller overrides what it wants to be wrong. */
export function exchange(server: ContractServer, fields: Record<string, string>) {
  return apiClient(server.webUrl).call(
    "POST",
    "/login/oauth/access_token",
    {
      client_id: PROVISIONING_APP.clientId,
      client_secret: PROVISIONING_APP.clientSecret,
      redirect_uri: REDIRECT_URI,
      ...fields,
    },
    { accept: "application/json" },
  );
}

/** A signed-in client, by the whole web flow. */
export async function signedInClient(server: ContractServer, scope: string): Promise<ApiClient> {
  const sentTo = await server.consent({ login: "octo-alice", scope, state: "s" });
  const answer = await exchange(server, { code: sentTo.searchParams.get("code") ?? "" });
  const { access_token: token } = answer.body as { access_token: string };
  return apiClient(server.apiUrl, token);
}

async function postForm(url: string, fields: Record<string, string>): Promise<URL> {
  const answer = await fetch(url, { method: "POST", redirect: "manual", body: new URLSearchParams(fields) });
  return new URL(answer.headers.get("location") ?? "", url);
}
