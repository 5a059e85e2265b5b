import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StandInOptions } from "../options.js";
import { type StandIn, startStandIn } from "../start-stand-in.js";

export const LOGIN_APP = {
  clientId: "Iv1.login",
  clientSecret: "login-secret",
  name: "Login",
  callbackUrls: ["http://localhost:3000/api/auth/callback/github"],
};
export const PROVISIONING_APP = {
  clientId: "Iv1.provisioning",
  clientSecret: "provisioning-secret",
  name: "Provisioning",
  callbackUrls: ["http://localhost:3000/"],
};

export interface TestStandIn extends StandIn {
  readonly dataDir: string;
  /** Ends the server and removes its data. */
  dispose(): Promise<void>;
}

/** A stand-in on a free port with data of its own; the runner is off unless a test asks for it. */
export async function startForTest(options: Partial<StandInOptions> = {}): Promise<TestStandIn> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "stand-in-"));
  const standIn = await startStandIn({
    port: 0,
    apps: [LOGIN_APP, PROVISIONING_APP],
    runner: false,
    ...options,
    dataDir,
  }).catch((error: unknown) => {
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    throw error;
  });
  return {
    ...standIn,
    dataDir,
    dispose: async () => {
      await standIn.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A token as if its owner had made it by hand. */
export function issueToken(standIn: StandIn, login: string, scopes: readonly string[]): string {
  const user = standIn.context.store.users.findByLogin(login);
  if (!user) throw new Error(`no account ${login}`);
  return standIn.context.store.tokens.create({ kind: "classic", userId: user.id, scopes }).tokenPlain;
}
