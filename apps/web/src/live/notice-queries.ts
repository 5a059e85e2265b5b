import type { Notice } from "@pulsekeep/contracts/events";
import type { QueryKey } from "@tanstack/react-query";

/** Which queries a notice makes stale. A key is a prefix: ["runs"] means every list of runs. */
export function getStaleKeys({ topic, id, parentId }: Notice): QueryKey[] {
  switch (topic) {
    case "provisioning.changed":
      return [["provisionings", id], ["workers"]];
    case "worker.changed":
      return [["workers"], ["overview"]];
    case "pulse.changed":
      return [["pulses"], ["overview"]];
    case "run.changed":
      return [["runs"], ["pulses"], ["workers"], ["overview"]];
    case "project.changed":
      return [["projects"], ["overview"]];
    case "deployment.changed":
      return [["deployments"], ["samples", id], ["projects"], ["overview"]];
    case "sample.recorded":
      // The sample's deployment or project is its parent; a page shows at most one of them.
      return [id, parentId].flatMap((it) =>
        it
          ? [
              ["samples", it],
              ["projects", it],
            ]
          : [],
      );
  }
}
