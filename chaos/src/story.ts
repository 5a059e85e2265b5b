import type { Facts } from "./check/facts.ts";
import type { Violation } from "./check/violation.ts";
import type { LogEntry } from "./effect-log.ts";

const SHOWN_PER_RULE = 3;

/** The violations with the whole story of the runs that they are about; a few of each rule. */
export function tellViolations(violations: readonly Violation[], facts: Facts): string {
  return [...Map.groupBy(violations, ({ rule }) => rule)]
    .flatMap(([rule, rows]) => [
      `${rule}: ${rows.length}`,
      ...rows
        .slice(0, SHOWN_PER_RULE)
        .flatMap((violation) => [
          `  ${violation.detail}${violation.pulse ? `, pulse ${violation.pulse}` : ""}${violation.lane ? `, lane ${violation.lane}` : ""}`,
          ...tellRun(violation.run, facts).map((line) => `    ${line}`),
        ]),
    ])
    .join("\n");
}

function tellRun(run: string | undefined, { runs, log, notices }: Facts): string[] {
  if (run === undefined) return [];
  const row = runs.find(({ id }) => id === run);
  const told = notices.filter(({ runId }) => runId === run).map(({ kind }) => kind);
  return [
    row === undefined ? `run ${run}: not in the ledger` : `run ${JSON.stringify({ ...row, told })}`,
    ...log.flatMap((entry) => tellEntry(run, entry)),
  ];
}

function tellEntry(run: string, entry: LogEntry): string[] {
  const at = new Date(entry.at).toISOString().slice(11, 23);
  if (entry.kind === "claim")
    return entry.granted
      .filter((granted) => granted.run === run)
      .map(
        ({ fence, seq, expiresAt }) =>
          `${at} claim ${entry.claimId} fence ${fence} seq ${seq} until ${new Date(expiresAt).toISOString().slice(11, 23)}`,
      );
  if (!("run" in entry) || entry.run !== run) return [];
  if (entry.kind === "report")
    return [`${at} report ${entry.outcome} fence ${entry.fence}: ${entry.status} ${entry.state ?? ""}`];
  return [`${at} ${entry.kind} fence ${entry.fence} seq ${entry.seq}`];
}
