/** What the server fills in; anything else in braces is refused there too. */
export const TEMPLATE_PLACEHOLDERS = ["weekday", "date", "file", "pulse", "streak", "language"] as const;

/** One template per line; empty lines are for the eye. */
export function parseTemplateLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The first template with a brace that opens no known placeholder. */
export function findFaultyTemplate(templates: readonly string[]): string | undefined {
  const known: readonly string[] = TEMPLATE_PLACEHOLDERS;
  return templates.find((template) =>
    [...template.matchAll(/\{([^{}]*)\}|[{}]/g)].some(
      ([, name]) => name === undefined || !known.includes(name),
    ),
  );
}
