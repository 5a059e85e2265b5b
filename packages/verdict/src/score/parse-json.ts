/**
 * JSON as Python writes it: `NaN` and `Infinity` may stand where a number stands, and are null.
 *
 * @throws SyntaxError with the place
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(withoutInfinities(text));
  }
}

/** Strings are matched first, so that what stands in them stays. */
const withoutInfinities = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (match) =>
    match.startsWith('"') ? match : "null",
  );
