/** How many tests ended how. */
export interface TestCount {
  passed: number;
  failed: number;
  skipped: number;
}

export const noTests: TestCount = { passed: 0, failed: 0, skipped: 0 };

/** The parts of vitest's JSON report that are counted here. */
interface VitestReport {
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/** A file that could not even be loaded has no tests to fail, so it counts as one failure itself. */
export function countVitest(report: VitestReport): TestCount {
  const files = report.testResults;
  const tests = files.flatMap((file) => file.assertionResults);
  const failedTests = tests.filter((test) => test.status === "failed").length;
  const failedFiles = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const passed = tests.filter((test) => test.status === "passed").length;
  return { passed, failed: failedTests + failedFiles, skipped: tests.length - passed - failedTests };
}

/** The parts of Playwright's JSON report that are counted here. */
interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors: unknown[];
}

/** A flaky test failed once, and errors outside of tests (set-up, a file that does not load) are failures too. */
export function countPlaywright(report: PlaywrightReport): TestCount {
  const { expected, unexpected, flaky, skipped } = report.stats;
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped };
}

/**
 * Makes a report agree with the exit code of the program that wrote it.
 * A run that ended badly although no test failed (an unhandled rejection, a crash) is a failure.
 */
export function withExitCode(count: TestCount, exitCode: number): TestCount {
  return exitCode !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

export function addCounts(counts: TestCount[]): TestCount {
  return {
    passed: counts.reduce((sum, count) => sum + count.passed, 0),
    failed: counts.reduce((sum, count) => sum + count.failed, 0),
    skipped: counts.reduce((sum, count) => sum + count.skipped, 0),
  };
}

/** The last line of a test run; other programs read it. */
export function summaryLine({ passed, failed, skipped }: TestCount): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Nothing failed is not enough: a run without tests proves nothing. */
export function isGreen(count: TestCount): boolean {
  return count.failed === 0 && count.passed > 0;
}
