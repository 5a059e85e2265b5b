/**
 * Which of the p-values pass at false discovery rate `q` (Benjamini and Hochberg 1995); the answer keeps the
 * order of the input.
 */
export function benjaminiHochberg(pValues: readonly number[], q: number): boolean[] {
  const ascending = [...pValues].sort((a, b) => a - b);
  let limit = -1;
  for (const [i, p] of ascending.entries()) if (p <= (q * (i + 1)) / pValues.length) limit = p;
  return pValues.map((p) => p <= limit);
}
