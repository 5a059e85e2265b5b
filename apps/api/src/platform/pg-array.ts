/**
 * An array of ids, numbers, instants or bare words as PostgreSQL reads it. Faster by far than the driver's own
 * way, which quotes every element; text that may hold a comma, brace, quote, backslash or blank is not for it.
 */
export function pgArray(values: readonly (string | number | boolean | Date | null | undefined)[]): string {
  let text = "{";
  // Rows of one batch often name the same instant, and to write one takes longer than all the rest.
  let lastMs = Number.NaN;
  let lastInstant = "";
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (index > 0) text += ",";
    if (value instanceof Date) {
      const ms = value.getTime();
      if (ms !== lastMs) lastInstant = value.toISOString();
      lastMs = ms;
      text += lastInstant;
    } else text += value ?? "NULL";
  }
  return `${text}}`;
}

/** An array of any text, each quoted: also what is empty, or spelled like a null. */
export const pgTextArray = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
