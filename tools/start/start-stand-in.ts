import path from "node:path";
import { localClients } from "./product-environment.ts";
import type { LocalSecrets } from "./secrets.ts";
import { answers, frugalNode, type Service, startProcess, waitUntil } from "./service.ts";
import type { StartOptions } from "./start-options.ts";

/** Starts the local GitHub. It gets no more of the environment than it needs: its runner runs people's steps. */
export async function startStandIn(
  options: StartOptions,
  secrets: LocalSecrets,
  signal: AbortSignal,
): Promise<Service> {
  const service = startProcess({
    name: "GitHub stand-in",
    command: process.execPath,
    args: [...frugalNode(4), path.join(options.root, "packages/stand-in/dist/main.js")],
    env: {
      PATH: process.env.PATH,
      TZ: process.env.TZ,
      STAND_IN_PORT: String(options.standInPort),
      STAND_IN_DATA_DIR: path.join(options.dataDir, "stand-in"),
      ...oauthApps(options, secrets),
      STAND_IN_TIME_SCALE: String(options.timeScale),
      STAND_IN_ISSUED_TOKENS_FILE: process.env.STAND_IN_ISSUED_TOKENS_FILE,
    },
    cwd: options.root,
    logFolder: path.join(options.dataDir, "logs"),
    stopTimeoutMs: 3_000,
  });
  try {
    const isUp = () => answers(`http://localhost:${options.standInPort}/`, (status) => status < 500);
    await waitUntil("The GitHub stand-in", isUp, { timeoutMs: 30_000, signal, lastLines: service.lastLines });
    return service;
  } catch (error) {
    await service.stop();
    throw error;
  }
}

/** The two applications that PulseKeep is registered as there: one to sign in, one to create the repository. */
function oauthApps(options: StartOptions, secrets: LocalSecrets): Record<string, string> {
  return {
    STAND_IN_LOGIN_CLIENT_ID: localClients.github,
    STAND_IN_LOGIN_CLIENT_SECRET: secrets.githubClientSecret,
    STAND_IN_LOGIN_CALLBACK_URLS: `${options.publicUrl}/api/auth/callback/github`,
    STAND_IN_PROVISIONING_CLIENT_ID: localClients.githubProvisioning,
    STAND_IN_PROVISIONING_CLIENT_SECRET: secrets.githubProvisioningClientSecret,
    STAND_IN_PROVISIONING_CALLBACK_URLS: `${options.publicUrl}/api/v1/provisionings/callback`,
  };
}
