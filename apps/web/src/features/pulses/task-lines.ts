/** One entry per line; empty lines are for the eye. */
export function parseLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Inputs of a workflow, `name=value` per line; `undefined` when a line has no name or one comes twice. */
export function parseInputLines(text: string): Record<string, string> | undefined {
  const inputs: Record<string, string> = {};
  for (const line of parseLines(text)) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_-]*)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined || Object.hasOwn(inputs, name)) return undefined;
    inputs[name] = value;
  }
  return inputs;
}

/** The lines that `parseInputLines` reads. */
export function writeInputLines(inputs: Readonly<Record<string, string>>): string {
  return Object.entries(inputs)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n");
}
