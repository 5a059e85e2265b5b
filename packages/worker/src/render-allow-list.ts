import type { AllowList } from "./allow-list.js";

/** Where the user's bounds lie in the worker's repository. */
export const ALLOW_LIST_PATH = "allow.json";

/** Folder that the first commits go to. */
export const DATA_FOLDER = "pulse";

/**
 * Writes the bounds that a new worker starts with: commits into one folder of one repository, keeping its own
 * workflow enabled, and putting signed releases of itself on a branch. Wider ones are the user's to write.
 *
 * @param repository `owner/name`
 */
export function renderAllowList({ repository }: { repository: string }): string {
  const allow: Omit<AllowList, "branches"> & { version: 1 } = {
    version: 1,
    kinds: ["verify", "commit", "keepalive", "update"],
    repositories: [repository],
    dataFolder: DATA_FOLDER,
    workflows: { "pulse.yml": { inputs: {} } },
    dailyCaps: { commit: 24 },
    updates: "ask",
  };
  return `${JSON.stringify(allow, null, 2)}\n`;
}
