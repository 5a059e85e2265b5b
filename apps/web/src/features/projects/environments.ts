/** Names written with commas or spaces between them, each once, in their order. */
export function parseEnvironments(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((it) => it !== ""))];
}
