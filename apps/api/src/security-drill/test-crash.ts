import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findFreePort } from "@pulsekeep/database/embedded";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** What nobody foresaw, once the server runs; and a report that somebody asks for. */
const TRAP = `if (process.env.TRAP === "set") {
  const timer = setInterval(() => {
    if (process.listenerCount("uncaughtException") === 0) return;
    clearInterval(timer);
    process.stdout.write(JSON.stringify(process.report.getReport()) + "\\n");
    const url = "postgres://o:" + process.env.TRAP_DSN + "@db/x";
    throw Object.assign(new Error("refused " + process.env.TRAP_TOKEN), { url, cause: new Error(url) });
  }, 20);
}`;

/**
 * Runs the built server until it ends by itself: at its start, or where TRAP is "set" once it runs, by an error that has
 * TRAP_TOKEN and TRAP_DSN in it.
 *
 * @param folder where it gets a folder of its own
 * @returns what it printed, how it ended and the files that it left there
 * @throws Error when it is not built
 */
export async function crashServer(environment: Record<string, string>, folder: string) {
  if (!existsSync(MAIN)) throw new Error("apps/api is not built: npm run build");
  const cwd = await mkdtemp(path.join(folder, "crash-"));
  const trap = path.join(await mkdtemp(path.join(folder, "trap-")), "trap.mjs");
  await writeFile(trap, TRAP);
  const child = spawn(process.execPath, ["--import", pathToFileURL(trap).href, MAIN], {
    cwd,
    env: {
      PATH: process.env.PATH,
      ...environment,
      PULSEKEEP_ROLES: "scheduler",
      PORT: String(await findFreePort()),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  return { output, code: child.exitCode, files: await readdir(cwd) };
}
