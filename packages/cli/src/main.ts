import { runCli } from "./run-cli.js";
import { processTerminal } from "./terminal/process-terminal.js";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // 128 and the number of the signal that one has to expect, as shells count.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
});

try {
  process.exitCode = await runCli(process.argv.slice(2), processTerminal(stop.signal));
} catch (error) {
  // Nothing of the error but its name: nobody knows what it carries.
  const name = error instanceof Error ? error.name : "error";
  process.stderr.write(`pulsekeep: unexpected ${name}. Please report it, with the command that you ran.\n`);
  process.exitCode = 2;
}
