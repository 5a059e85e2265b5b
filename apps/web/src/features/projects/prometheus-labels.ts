const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*(?:"([^"]*)"|([^",\s]+))\s*$/;

/** Matchers as people write them, `job="checkout", namespace=prod`; undefined when they cannot be read. */
export function parseLabels(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const part of text.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    if (part.trim() === "") continue;
    const [, name, quoted, bare] = MATCHER.exec(part) ?? [];
    if (name === undefined) return undefined;
    labels[name] = quoted ?? bare ?? "";
  }
  return labels;
}

export const formatLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ");
