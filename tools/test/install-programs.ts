import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findProgram, installAdvice, type SystemProgram, systemPrograms } from "./system-programs.ts";
import { TestRunFailure } from "./test-run-failure.ts";

/**
 * Installs the missing programs where that is possible without asking anybody: as root on Debian.
 * @throws TestRunFailure naming what to install everywhere else
 */
export function ensureSystemPrograms(): void {
  const missing = findMissing();
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version"))
    throw new TestRunFailure(installAdvice(missing));
  console.log(`installing ${missing.map((program) => program.name).join(", ")} with apt-get`);
  runAptGet(["update"]);
  runAptGet(["install", "-y", "--no-install-recommends", ...missing.map((program) => program.debianPackage)]);
  const stillMissing = findMissing();
  if (stillMissing.length > 0) throw new TestRunFailure(installAdvice(stillMissing));
}

function findMissing(): SystemProgram[] {
  return systemPrograms.filter((program) => !findProgram(program));
}

function runAptGet(args: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const run = spawnSync("apt-get", args, { env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (run.status === 0) return;
  const output = run.error?.message ?? `${run.stdout}${run.stderr}`.trim().split("\n").slice(-15).join("\n");
  throw new TestRunFailure(`apt-get ${args[0]} failed:\n${output}`);
}
