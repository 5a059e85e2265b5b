/** The values that a subject line may name. A missing one rules out the lines that need it. */
export interface MessageValues {
  weekday: string;
  /** `YYYY-MM-DD` */
  date: string;
  file: string;
  pulse: string;
  streak: string | undefined;
  language: string | undefined;
}

export const MESSAGE_PLACEHOLDERS: readonly (keyof MessageValues)[] = [
  "weekday",
  "date",
  "file",
  "pulse",
  "streak",
  "language",
];

/** Why a template of the user's own is refused; `position` counts characters from 0. */
export interface TemplateFault {
  reason: string;
  position: number;
}

const isPlaceholder = (name: string): name is keyof MessageValues =>
  (MESSAGE_PLACEHOLDERS as readonly string[]).includes(name);

/** Finds the first brace of a template that is not part of a known `{placeholder}`. */
export function findTemplateFault(template: string): TemplateFault | undefined {
  for (const found of template.matchAll(/\{([^{}]*)\}|[{}]/g)) {
    const name = found[1];
    if (name === undefined) return { reason: "This brace has no partner.", position: found.index };
    if (!isPlaceholder(name)) {
      const known = MESSAGE_PLACEHOLDERS.map((it) => `{${it}}`).join(", ");
      return { reason: `{${name}} is not known; use ${known}.`, position: found.index };
    }
  }
  return undefined;
}

/** @returns undefined when the template names a value that is missing. */
export function findRendering(template: string, values: MessageValues): string | undefined {
  let complete = true;
  const text = template.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => {
    if (!isPlaceholder(name)) return whole;
    const value = values[name];
    if (value === undefined) complete = false;
    return value ?? "";
  });
  return complete ? text : undefined;
}
