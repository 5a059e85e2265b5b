import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addCounts, countPlaywright, countVitest, isGreen, summaryLine, withExitCode } from "./test-count.ts";

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

describe("counting", () => {
  it("adds up vitest's tests by how they ended", () => {
    const testResults = [file("passed", "passed", "skipped", "todo"), file("failed", "failed", "passed")];
    expect(countVitest({ testResults })).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  it("counts a file that cannot be loaded as a failure", () => {
    expect(countVitest({ testResults: [file("failed")] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("counts flaky browser tests and errors outside of tests as failures", () => {
    const stats = { expected: 3, unexpected: 1, flaky: 1, skipped: 2 };
    expect(countPlaywright({ stats, errors: ["set-up failed"] })).toEqual({
      passed: 3,
      failed: 3,
      skipped: 2,
    });
  });

  it("believes a bad exit code although no test failed", () => {
    const clean = { passed: 3, failed: 0, skipped: 0 };
    expect(withExitCode(clean, 1).failed).toBe(1);
    expect(withExitCode(clean, 0)).toEqual(clean);
    expect(withExitCode({ ...clean, failed: 2 }, 1).failed).toBe(2);
  });
});

describe("the result", () => {
  it("is one line, and mentions skipped tests only when there are some", () => {
    expect(summaryLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
    expect(summaryLine({ passed: 12, failed: 1, skipped: 2 })).toBe("12 passed, 1 failed, 2 skipped");
  });

  it("is not green when nothing ran", () => {
    expect(isGreen({ passed: 0, failed: 0, skipped: 5 })).toBe(false);
  });

  it("is green exactly when something passed and nothing failed, in whatever suites", () => {
    const count = fc.record({ passed: fc.nat(9), failed: fc.nat(1), skipped: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(count), (counts) => {
        const anyFailed = counts.some(({ failed }) => failed > 0);
        const anyPassed = counts.some(({ passed }) => passed > 0);
        expect(isGreen(addCounts(counts))).toBe(anyPassed && !anyFailed);
      }),
    );
  });
});
