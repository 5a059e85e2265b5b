import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Person } from "./people.ts";

const root = path.resolve(import.meta.dirname, "..");

export interface DemoOutcome {
  verdict: string;
  /** Page of the deployment. */
  url: string;
  output: string;
}

interface Demo {
  fault: string;
  person: Person;
  /** Which of the two shops, 0 or 1. */
  shop: number;
  /** Keeps the shop until the observation ends, so that its page shows all of it. */
  stays?: boolean;
}

/** Runs `npm run demo:deploy` against the product under test, for this account, which is made when it is not there. */
export async function runDemo({ fault, person, shop, stays }: Demo): Promise<DemoOutcome> {
  const { PULSEKEEP_E2E_URL: base, PULSEKEEP_E2E_APP_ADDRESSES: addresses } = process.env;
  const port = addresses?.split(",")[shop]?.split(":")[1];
  if (!base || !port) throw new Error("The global set-up says where the product and the shops are");
  const where = ["--base", base, "--port", port];
  const words = ["--fault", fault, ...where, "--email", person.email, "--password", person.password];
  if (stays) words.push("--stay");
  const child = spawn(process.execPath, ["tools/demo/demo-deploy.ts", ...words], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  const [code] = (await once(child, "exit")) as [number | null];
  const verdict = /\b(ok|warning|rollback_recommended|inconclusive)\b/.exec(
    output.split("Verdict:").at(-1) ?? "",
  )?.[1];
  const url = /https?:\/\/\S+\/app\/deployments\/[0-9a-f-]{36}/.exec(output)?.[0];
  if (code !== 0 || !verdict || !url) throw new Error(`The demo ended with ${code}:\n${output}`);
  return { verdict, url, output };
}
