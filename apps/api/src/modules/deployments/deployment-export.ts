import type { Deployment, DeploymentSamples } from "@pulsekeep/contracts/api/deployments";
import { type Cell, toCsvLine } from "./csv.js";

/** Columns of the CSV file of deployments, in order. Adding one: a row here, at the end, as spreadsheets count columns. */
const COLUMNS: readonly [name: string, read: (deployment: Deployment) => Cell][] = [
  ["id", (it) => it.id],
  ["number", (it) => it.number],
  ["project", (it) => it.projectName],
  ["environment", (it) => it.environment],
  ["service", (it) => it.service],
  ["state", (it) => it.state],
  ["pipeline_result", (it) => it.pipelineResult],
  ["verdict", (it) => it.verdictState],
  ["confidence", (it) => it.confidence],
  ["is_rollback", (it) => it.isRollback],
  ["branch", (it) => it.branch],
  ["version", (it) => it.version],
  ["commit_sha", (it) => it.commitSha],
  ["pull_request", (it) => it.pullRequest],
  ["actor", (it) => it.actor],
  ["run_url", (it) => it.runUrl],
  ["committed_at", (it) => it.committedAt],
  ["started_at", (it) => it.startedAt],
  ["finished_at", (it) => it.finishedAt],
  ["ended_at", (it) => it.endedAt],
  ["dry_run", (it) => it.dryRun],
  ["late_warning", (it) => it.lateWarning],
];

type Batches = AsyncIterable<readonly Deployment[]>;

/** The file as text, piece by piece: the header line, then a line for each deployment. */
export async function* toCsv(batches: Batches): AsyncGenerator<string> {
  yield toCsvLine(COLUMNS.map(([name]) => name));
  for await (const batch of batches)
    yield batch.map((deployment) => toCsvLine(COLUMNS.map(([, read]) => read(deployment)))).join("");
}

/** One JSON array, piece by piece, one deployment a line. */
export async function* toJson(batches: Batches): AsyncGenerator<string> {
  let before = "[\n";
  for await (const batch of batches) {
    yield before + batch.map((deployment) => JSON.stringify(deployment)).join(",\n");
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

const SAMPLE_COLUMNS = [
  "at",
  "phase",
  "missing",
  "requests_per_sec",
  "latency_p95",
  "error_rate",
  "cpu_usage",
  "memory_usage",
] as const;

/** What was measured around one deployment, as one CSV text. */
export const toSamplesCsv = ({ samples }: DeploymentSamples): string =>
  [SAMPLE_COLUMNS, ...samples.map((sample) => SAMPLE_COLUMNS.map((name) => sample[name]))]
    .map((cells) => toCsvLine(cells))
    .join("");
