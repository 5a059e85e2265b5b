import type { BadgeState } from "@pulsekeep/contracts/api/analytics";

const HEIGHT = 20;
const PADDING = 7;

/** A badge as a picture; whoever does not see it hears label and message. */
export function toBadgeSvg({
  label,
  message,
  color,
}: Pick<BadgeState, "label" | "message" | "color">): string {
  const [left, right] = [widthOf(label), widthOf(message)];
  const width = left + right;
  const text = (content: string, middle: number) =>
    `<text x="${middle}" y="14" fill="#fff" text-anchor="middle">${escape(content)}</text>`;
  const title = escape(`${label}: ${message}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    `<clipPath id="r"><rect width="${width}" height="${HEIGHT}" rx="4"/></clipPath>`,
    `<g clip-path="url(#r)"><rect width="${left}" height="${HEIGHT}" fill="#39424e"/>`,
    `<rect x="${left}" width="${right}" height="${HEIGHT}" fill="${escape(color)}"/></g>`,
    '<g font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">',
    `${text(label, left / 2)}${text(message, left + right / 2)}</g></svg>\n`,
  ].join("");
}

/** Widths of Verdana at 11 px, by kind of letter: a picture that others embed cannot measure its text. */
function widthOf(text: string): number {
  let width = 2 * PADDING;
  for (const letter of text)
    width += /[iljtfr.,:;'!| ]/.test(letter) ? 4.2 : /[mwMW@%]/.test(letter) ? 10.2 : 7;
  return Math.ceil(width);
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? "");
