import type { WorkerFiles } from "@pulsekeep/contracts/api/workers";
import {
  ALLOW_LIST_PATH,
  MARKER_PATH,
  readWorkerRelease,
  renderAllowList,
  renderReadme,
  renderWorkflow,
  WORKFLOW_PATH,
} from "@pulsekeep/worker";

type WorkerPlace = { repository: string; cronMinute: number; serverUrl: string };

/** The files of a worker's repository, `allow.json` with the first bounds among them. */
export function renderWorkerFiles({ repository, cronMinute, serverUrl }: WorkerPlace): WorkerFiles {
  const { source, version, sha256 } = readWorkerRelease();
  return {
    version,
    sha256,
    files: {
      "README.md": renderReadme(),
      [MARKER_PATH]: source,
      [WORKFLOW_PATH]: renderWorkflow({ cronMinute, serverUrl }),
      [ALLOW_LIST_PATH]: renderAllowList({ repository }),
    },
  };
}
