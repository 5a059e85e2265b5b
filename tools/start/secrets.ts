import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { explainFileFailure, StartFailure } from "./start-failure.ts";

/** What a local installation makes up on its first start and must keep: lose it and sealed data stays sealed. */
const makers = {
  authSecret: () => randomBytes(32).toString("base64url"),
  keyringKeyId: () => `k${randomBytes(4).toString("hex")}`,
  keyringKey: () => randomBytes(32).toString("base64url"),
  redisPassword: () => randomBytes(24).toString("base64url"),
  metricsToken: () => randomBytes(24).toString("base64url"),
  githubClientSecret: () => randomBytes(20).toString("hex"),
  githubProvisioningClientSecret: () => randomBytes(20).toString("hex"),
  googleClientSecret: () => randomBytes(20).toString("hex"),
  appleClientSecret: () => randomBytes(20).toString("hex"),
  resendApiKey: () => `re_${randomBytes(18).toString("base64url")}`,
};

export type LocalSecrets = Record<keyof typeof makers, string>;

/** Reads the data directory's secrets and adds what a newer release needs; the file is its owner's alone. */
export function loadLocalSecrets(dataDir: string): LocalSecrets {
  const file = path.join(dataDir, "secrets.json");
  try {
    const known = existsSync(file) ? parseSecrets(file) : {};
    const made = Object.entries(makers).map(([name, make]) => [name, known[name] ?? make()]);
    const secrets = Object.fromEntries(made) as LocalSecrets;
    if (Object.keys(makers).some((name) => !known[name])) replaceFile(file, { ...known, ...secrets });
    return secrets;
  } catch (error) {
    throw explainFileFailure(error, file);
  }
}

/** All or nothing: a full disk must not leave half of the secrets. */
function replaceFile(file: string, content: Record<string, string>): void {
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: "wx", flush: true });
  renameSync(draft, file);
}

function parseSecrets(file: string): Record<string, string> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof parsed === "object" && parsed !== null) return parsed as Record<string, string>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  // Making new ones would silently turn everything sealed with the old ones into noise.
  throw new StartFailure(
    `${file} is damaged. Restore it from your backup; without it, sealed data cannot be read.`,
  );
}
