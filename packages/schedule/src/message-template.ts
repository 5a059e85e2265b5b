import { boundedMemo } from "./bounded-memo.js";

/** The values that a subject line may name. A missing one rules out the lines that need it. */
export interface MessageValues {
  weekday: string;
  /** `YYYY-MM-DD` */
  date: string;
  file: string | undefined;
  pulse: string | undefined;
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

const PLACEHOLDER = new RegExp(`\\{(${MESSAGE_PLACEHOLDERS.join("|")})\\}`);

/** A template, read once: each `name` is followed by the `text` up to the next one. */
interface Template {
  start: string;
  rest: readonly { name: keyof MessageValues; text: string }[];
}

/** As many as a hundred users with a hundred templates each; the grammars' own tails stay among them. */
const readTemplate = boundedMemo(10_000, (template: string): Template => {
  // A split by a pattern with a group gives text, name, text, name, ..., text.
  const [start = "", ...pieces] = template.split(PLACEHOLDER);
  const rest: { name: keyof MessageValues; text: string }[] = [];
  for (let at = 0; at < pieces.length; at += 2) {
    rest.push({ name: pieces[at] as keyof MessageValues, text: pieces[at + 1] ?? "" });
  }
  return { start, rest };
});

/** Says whether every value that a template names is there. */
export function isRenderable(template: string, values: MessageValues): boolean {
  return readTemplate(template).rest.every(({ name }) => values[name] !== undefined);
}

/** Puts values into a template; a missing one leaves nothing behind (see `isRenderable`). */
export function render(template: string, values: MessageValues): string {
  const { start, rest } = readTemplate(template);
  let text = start;
  for (const piece of rest) text += (values[piece.name] ?? "") + piece.text;
  return text;
}
