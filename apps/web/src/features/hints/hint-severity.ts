import type { Hint } from "@/api/types";

const SEVERITIES: ReadonlyArray<Hint["severity"]> = ["critical", "warning", "info"];

/** The severity that an address asks for; undefined for all of them. */
export function parseHintSeverity(value: string | string[] | null | undefined): Hint["severity"] | undefined {
  return SEVERITIES.find((it) => it === value);
}
