import { spawn } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { expect, it, vi } from "vitest";

const module = pathToFileURL(path.join(import.meta.dirname, "spawn-guarded.ts")).href;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it("ends the child when the process that started it is killed", async () => {
  const program = `
    const { spawnGuarded } = await import(${JSON.stringify(module)});
    const child = spawnGuarded({ command: "sleep", args: ["600"], env: process.env, lastSignal: "TERM" });
    console.log(child.pid);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(parent.stdout, "data");
  const pid = Number(String(line));
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 });
});
