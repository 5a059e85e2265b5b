import { expect, it } from "vitest";
import { type CheckResult, runCheck, runChecks } from "./run-check.ts";

const root = import.meta.dirname;
const script = (text: string) => ({ name: text, command: [process.execPath, "-e", text] });

it("keeps what a failing check printed", async () => {
  const result = await runCheck(script("console.log('why'); process.exit(3)"), root);
  expect(result).toMatchObject({ passed: false, output: "why" });
});

it("counts a check whose program does not exist as failed", async () => {
  const result = await runCheck({ name: "missing", command: ["/nowhere/program"] }, root);
  expect(result).toMatchObject({ passed: false, output: expect.stringContaining("ENOENT") });
});

it("runs every check, never more at a time than there are lanes, and reports each", async () => {
  let running = 0;
  let most = 0;
  const reported: string[] = [];
  const run = async (check: { name: string }): Promise<CheckResult> => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    return { name: check.name, passed: true, seconds: 0, output: "" };
  };
  const names = ["a", "b", "c", "d", "e"];
  const checks = names.map((name) => ({ name, command: [] }));
  await runChecks(checks, run, { lanes: 2, report: (result) => reported.push(result.name) });
  expect(reported.toSorted()).toEqual(names);
  expect(most).toBe(2);
});
