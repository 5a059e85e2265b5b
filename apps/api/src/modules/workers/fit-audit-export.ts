import type { AuditExport } from "@pulsekeep/contracts/api/audit";

/** A file of an export: its text, and from which leaf to which it goes. */
export type ExportFile = { content: string; first: number; last: number; count: number };

/**
 * The file with as many of the first entries as fit into `maxChars`; one at least, however long it is. Undefined
 * when there are none.
 */
export function fitInto(exported: AuditExport, maxChars: number): ExportFile | undefined {
  const { entries, next } = exported;
  for (let count = entries.length; count > 0; count--) {
    const taken = entries.slice(0, count);
    const after = entries[count]?.leafIndex ?? next;
    const content = `${JSON.stringify({ ...exported, entries: taken, next: after })}\n`;
    const [first] = taken;
    const last = taken.at(-1);
    if (first && last && (content.length <= maxChars || count === 1))
      return { content, first: first.leafIndex, last: last.leafIndex, count };
  }
  return undefined;
}
