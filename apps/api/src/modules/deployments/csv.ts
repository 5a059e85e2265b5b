/** A value of a CSV cell; null is an empty cell. */
export type Cell = string | number | boolean | null;

/**
 * One line of a CSV file (RFC 4180), with its end. A text that a spreadsheet would take for a formula gets a quote
 * mark before it, which spreadsheets hide: branch names and versions come from strangers.
 * Source: OWASP, "CSV Injection".
 */
export const toCsvLine = (cells: readonly Cell[]): string => `${cells.map(toCell).join(",")}\r\n`;

function toCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[\s]*[=+\-@|%\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
