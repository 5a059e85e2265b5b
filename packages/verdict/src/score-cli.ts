import { once } from "node:events";
import { runCommand } from "./score/run-command.js";

async function print(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, "drain");
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever read it has read enough.
  if (error.code === "EPIPE") process.exit();
  throw error;
});
runCommand(process.argv.slice(2), { print, complain }).catch((error: unknown) =>
  complain(error instanceof Error ? error.message : String(error)),
);
