import { readFileSync } from "node:fs";
import { findField, readGitHubJson } from "./github-json.js";

/** The line of the schedule that woke this run, as the runner's event tells it. */
export function readCron(eventPath: string | undefined): string | undefined {
  if (eventPath === undefined) return undefined;
  try {
    const cron = findField(readGitHubJson(readFileSync(eventPath)), "schedule");
    return typeof cron === "string" && /^[\d*,/ -]{9,80}$/.test(cron) ? cron : undefined;
  } catch {
    return undefined;
  }
}
