import type { HintChoice } from "../../api/queries";

const SEVERITIES = ["critical", "warning", "info"] as const;

type SearchParams = Record<string, string | string[] | undefined>;

/** What an address asks to be listed; undefined for everything. */
export function parseHintChoice({ severity, mark }: SearchParams): HintChoice | undefined {
  return SEVERITIES.find((it) => it === severity) ?? (mark === "dryRun" ? mark : undefined);
}

/** The same address with another choice; what else it asks for stays. */
export function writeHintChoice(search: URLSearchParams, choice: HintChoice | undefined): string {
  const next = new URLSearchParams(search);
  next.delete("severity");
  next.delete("mark");
  if (choice !== undefined) next.set(choice === "dryRun" ? "mark" : "severity", choice);
  return next.toString();
}
