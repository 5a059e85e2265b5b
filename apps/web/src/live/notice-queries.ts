import type { Notice } from "@pulsekeep/contracts/events";
import type { QueryKey } from "@tanstack/react-query";

type StaleKeys = (notice: Notice) => QueryKey[];

/** Which queries a notice makes stale, by its topic. A key is a prefix: ["runs"] means every list of runs. */
const staleKeys: Record<Notice["topic"], StaleKeys> = {
  "provisioning.changed": ({ id }) => [["provisionings", id], ["workers"]],
  "worker.changed": () => [["workers"], ["provisionings"], ["overview"]],
  "pulse.changed": () => [["pulses"], ["overview"]],
  "run.changed": () => [["runs"], ["notices"], ["pulses"], ["workers"], ["overview"]],
  "project.changed": () => [["projects"], ["overview"]],
  "deployment.changed": ({ id }) => [["deployments"], ["samples", id], ["projects"], ["overview"]],
  // A sample belongs to a deployment that is watched, or to its project's baseline.
  "sample.recorded": ({ id, parentId }) => [
    ["samples", id],
    ["projects", parentId ?? id],
  ],
};

/**
 * Reads a notice as it comes from the stream. A notice has no effect but reading again through the API, so anything
 * that is none is left alone; the contract's schema would bring its whole library to every page for that.
 */
export function findStaleKeys(text: string): QueryKey[] {
  const notice = parseNotice(text);
  return notice && Object.hasOwn(staleKeys, notice.topic) ? staleKeys[notice.topic](notice) : [];
}

function parseNotice(text: string): Notice | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isNotice(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isNotice(value: unknown): value is Notice {
  if (typeof value !== "object" || value === null) return false;
  const { topic, id, parentId } = value as Record<string, unknown>;
  const named = typeof topic === "string" && typeof id === "string";
  return named && (parentId === null || typeof parentId === "string");
}
