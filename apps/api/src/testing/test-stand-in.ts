import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type StandIn, type StandInOptions, startStandIn } from "@pulsekeep/stand-in";

export type TestStandIn = StandIn & { dataDir: string };

const LOGIN_APP = { clientId: "Iv1.login", clientSecret: "login-client-secret-of-tests" };
const PROVISIONING_APP = {
  clientId: "Iv1.provisioning",
  clientSecret: "provisioning-client-secret-of-tests",
};

/** A local GitHub on a free port, with the product's two applications and data of its own. */
export async function startTestStandIn(
  publicUrl: string,
  options: Partial<StandInOptions> = {},
): Promise<TestStandIn> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "pulsekeep-github-"));
  const standIn = await startStandIn({
    port: 0,
    runner: { startSchedules: false },
    apps: [
      { ...LOGIN_APP, name: "PulseKeep", callbackUrls: [`${publicUrl}/api/auth/callback/github`] },
      {
        ...PROVISIONING_APP,
        name: "PulseKeep worker set-up",
        callbackUrls: [`${publicUrl}/api/v1/provisionings/callback`],
      },
    ],
    ...options,
    dataDir,
  });
  return {
    ...standIn,
    dataDir,
    close: async () => {
      await standIn.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The environment that points the product at this GitHub. */
export const environmentOf = (standIn: StandIn): Record<string, string> => ({
  GITHUB_URL: standIn.url,
  GITHUB_API_URL: standIn.apiUrl,
  GITHUB_OIDC_ISSUER: standIn.oidcIssuer,
  GITHUB_CLIENT_ID: LOGIN_APP.clientId,
  GITHUB_CLIENT_SECRET: LOGIN_APP.clientSecret,
  GITHUB_PROVISIONING_CLIENT_ID: PROVISIONING_APP.clientId,
  GITHUB_PROVISIONING_CLIENT_SECRET: PROVISIONING_APP.clientSecret,
});
