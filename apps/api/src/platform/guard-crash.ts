import type { Logger } from "./logger.js";

/**
 * What a crash leaves behind: one redacted line of the log. Left alone, Node would print the error as it is, and a
 * diagnostic report holds the whole environment.
 */
export function guardCrash(logger: Logger): void {
  process.on("uncaughtException", (error) => {
    logger.fatal({ err: error }, "crashed");
    process.exit(1);
  });
  const { report } = process;
  report.excludeEnv = true;
  report.reportOnUncaughtException = false;
  report.reportOnFatalError = false;
  report.reportOnSignal = false;
}
