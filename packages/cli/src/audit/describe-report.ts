import type { Terminal } from "../terminal/terminal.js";
import type { FindingKind, LogReport } from "./log-report.js";

const WORDS: Readonly<Record<FindingKind, string>> = {
  key_malformed: "a key is malformed, or its id is not that of its bytes",
  other_log: "it calls itself by another name than the log that was kept",
  unknown_key: "a checkpoint is signed by no key that is trusted here",
  forged_checkpoint: "a checkpoint's signature does not hold",
  malformed_checkpoint: "a checkpoint cannot be read",
  two_roots_of_one_size: "two checkpoints of one size differ",
  shrunk: "the log is shorter than the one that was kept",
  rewritten: "the log does not continue an earlier checkpoint: its past was changed",
  proof_missing: "there is no proof that it continues an earlier checkpoint",
  leaves_differ: "the leaves do not give the signed root",
  entry_differs: "an entry does not stand in the log as it is shown",
};

const MAX_LINES = 20;

/** The report as lines for people. */
export function describeReport(
  report: Omit<LogReport, "keep">,
  around: { source: string; firstTime: boolean; isKept: boolean; paint: Terminal["paint"] },
): string[] {
  const { findings, newest, previous } = report;
  const { source, firstTime, isKept, paint } = around;
  if (findings.length > 0 || newest === null) {
    const lines = findings.map(({ kind, at }) => `  ${WORDS[kind]}${at === null ? "" : ` (at ${at})`}`);
    return [
      `${paint("NOT VERIFIED", "bad")}  ${source}`,
      ...lines.slice(0, MAX_LINES),
      ...(lines.length > MAX_LINES ? [`  and ${lines.length - MAX_LINES} more`] : []),
      "Keep the state file and this output: they are the evidence. Ask the operator, by another way than this server.",
    ];
  }
  return [
    `${paint("verified", "good")}  ${report.origin}`,
    `  ${newest.treeSize} entries, root ${newest.rootHash}`,
    `  ${count(report.checkpoints, "checkpoint")} signed by key ${report.signedBy.join(" and ")}, ${count(report.consistencyProofs, "consistency proof")}`,
    report.leaves === null
      ? "  no leaf hashes from this source; the root was not computed again"
      : `  roots computed again from ${count(report.leaves, "leaf hash", "leaf hashes")}${previous === null ? "" : " that came since"}`,
    ...(report.entries > 0 ? [`  ${count(report.entries, "entry", "entries")} proven to stand in it`] : []),
    ...(report.witnesses > 0
      ? [`  continues ${count(report.witnesses, "checkpoint")} that you kept elsewhere`]
      : []),
    previous === null
      ? isKept
        ? "  seen here for the first time; from now on it has to continue this"
        : "  held against no log that was seen before: name --server or --state for that"
      : `  continues the log of ${previous.treeSize} entries that was kept on ${previous.keptAt}`,
    ...(firstTime
      ? ["  its keys were taken as published; compare them with a copy from elsewhere (--key)"]
      : []),
  ];
}

const count = (many: number, one: string, plural = `${one}s`): string =>
  `${many} ${many === 1 ? one : plural}`;
