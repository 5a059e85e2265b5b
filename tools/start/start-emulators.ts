import { writeFileSync } from "node:fs";
import path from "node:path";
import { planEmulators } from "./emulator-plan.ts";
import { pickPort } from "./ports.ts";
import type { EmulatedAddresses } from "./product-environment.ts";
import type { LocalSecrets } from "./secrets.ts";
import { answers, frugalNode, type Service, startProcess, waitUntil } from "./service.ts";
import type { StartOptions } from "./start-options.ts";

export async function startEmulators(
  options: StartOptions,
  secrets: LocalSecrets,
  signal: AbortSignal,
): Promise<{ service: Service; addresses: EmulatedAddresses }> {
  const [google, apple, slack, resend] = await Promise.all([4110, 4111, 4112, 4113].map(pickPort));
  if (!google || !apple || !slack || !resend) throw new Error("no ports for the emulators");
  const ports = { google, apple, slack, resend };
  const planFile = path.join(options.dataDir, "emulators.json");
  writeFileSync(planFile, JSON.stringify(planEmulators(ports, options.publicUrl, secrets)), { mode: 0o600 });
  const service = startProcess({
    name: "emulators",
    command: process.execPath,
    args: [...frugalNode(2), path.join(import.meta.dirname, "emulate-services.ts"), planFile],
    env: { PATH: process.env.PATH },
    cwd: options.root,
    logFolder: path.join(options.dataDir, "logs"),
    stopTimeoutMs: 2_000,
  });
  try {
    const areUp = () => answers(`http://127.0.0.1:${resend}/emails`, () => true);
    await waitUntil("The emulators", areUp, { timeoutMs: 30_000, signal, lastLines: service.lastLines });
  } catch (error) {
    await service.stop();
    throw error;
  }
  const addresses = {
    google: `http://localhost:${google}`,
    apple: `http://localhost:${apple}`,
    slack: `http://localhost:${slack}`,
    resend: `http://localhost:${resend}`,
  };
  return { service, addresses };
}
