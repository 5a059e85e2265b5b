import {
  ALLOW_LIST_PATH,
  DATA_FOLDER,
  MARKER_PATH,
  renderAllowList,
  renderReadme,
  renderWorkflow,
  WORKFLOW_PATH,
} from "@pulsekeep/worker";
import type { WorkerFiles } from "../github/commit-files.js";

/**
 * The files of a worker's repository. A resident worker's has no workflow; the script is there as the marker, and
 * to be read.
 *
 * @param input.repository `owner/name`
 */
export function workerFiles(input: {
  kind: "actions" | "resident";
  repository: string;
  source: string;
  cronMinute: number;
  serverUrl: string;
}): WorkerFiles {
  const { kind, repository, source, cronMinute, serverUrl } = input;
  const own: Record<string, string> =
    kind === "actions"
      ? { "README.md": renderReadme(), [WORKFLOW_PATH]: renderWorkflow({ cronMinute, serverUrl }) }
      : { "README.md": renderResidentReadme() };
  return {
    always: { [MARKER_PATH]: source, ...own },
    onlyIfMissing: { [ALLOW_LIST_PATH]: renderAllowList({ repository }) },
  };
}

function renderResidentReadme(): string {
  return `# Your KeepStreak worker

This private repository belongs to a worker on a machine of yours: \`pulsekeep worker run\`. It asks your KeepStreak
server for signed instructions, carries them out with your own token on that machine, and reports back.

| file | what it is | who changes it |
| --- | --- | --- |
| \`worker.mjs\` | what marks this repository as a worker's, and the script to read | a release, in a commit that you see |
| \`allow.json\` | what the worker may do; it refuses everything else | only you |
| \`${DATA_FOLDER}/\` | what your pulses write | the worker |

Nothing runs on GitHub Actions, and no secret lies here. The worker reads \`allow.json\` at the default branch before
it acts; a mistake in it makes the worker refuse everything.

## To stop it
End the process, and delete this repository or its worker on the server's page.
`;
}
