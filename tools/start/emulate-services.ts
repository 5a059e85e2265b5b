// A process of its own: the emulators of Google, Apple, Slack and Resend, on loopback, seeded from one file.
import { readFileSync } from "node:fs";
import { createEmulator } from "emulate";
import type { EmulatorPlan } from "./emulator-plan.ts";

const planFile = process.argv[2];
if (!planFile) throw new Error("usage: emulate-services.ts <plan file>");
const plan: EmulatorPlan = JSON.parse(readFileSync(planFile, "utf8"));

const running = await Promise.all(
  plan.map(({ service, port, seed }) =>
    createEmulator({
      service,
      port,
      hostname: "127.0.0.1",
      baseUrl: `http://localhost:${port}`,
      seed: { [service]: seed },
    }),
  ),
);

async function stop(): Promise<void> {
  await Promise.all(running.map((emulator) => emulator.close()));
  process.exit(0);
}

process.on("SIGTERM", () => void stop());
