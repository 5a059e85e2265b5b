/** One figure: ours, or a peer's when `peer` is there. */
export type Line = {
  metric: string;
  value: number;
  unit: string;
  peer?: string;
  /** Size of what was measured, where a bench measures several. */
  [dimension: string]: string | number | undefined;
};

/** The only thing that writes to standard output: programs read it line by line. */
export function printLine(bench: string, line: Line): void {
  const { metric, value, unit, ...rest } = line;
  process.stdout.write(`${JSON.stringify({ bench, metric, ...rest, value: rounded(value), unit })}\n`);
}

/** For people, on standard error. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Three digits behind the point for small figures, none for large ones: the rest is noise. */
const rounded = (value: number): number =>
  Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4));
