// `npm run verify`: everything that must hold before a commit, in under a minute.
import { availableParallelism } from "node:os";
import path from "node:path";
import { checks } from "./checks.ts";
import { type CheckResult, runCheck, runChecks } from "./run-check.ts";

const root = path.resolve(import.meta.dirname, "../..");
const startedAt = Date.now();

function report({ name, passed, seconds, output }: CheckResult): void {
  console.log(`${passed ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)`);
  if (!passed) console.log(`${output.replace(/^/gm, "       ")}\n`);
}

const results = await runChecks(checks, (check) => runCheck(check, root), {
  lanes: availableParallelism(),
  report,
});
const failed = results.filter((result) => !result.passed).map((result) => result.name);
const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
console.log(
  failed.length ? `verify failed in ${seconds} s: ${failed.join(", ")}` : `verify passed in ${seconds} s`,
);
process.exitCode = failed.length ? 1 : 0;
