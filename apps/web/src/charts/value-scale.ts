/** The smallest of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is at least `value`; 1 for nothing above zero. */
export function getNiceCeiling(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((it) => it * power >= value * (1 - 1e-12)) ?? 10;
  return lead * power;
}
