/** The object itself when it has these fields and no other. */
export function readExactly(
  value: Record<string, unknown>,
  names: readonly string[],
): Record<string, unknown> | undefined {
  const isExact =
    Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
  return isExact ? value : undefined;
}

/** True for an instant, written as `Date` writes it, that is still to come. */
export function isLater(instant: unknown, now: Date): boolean {
  if (typeof instant !== "string") return false;
  const at = new Date(instant);
  return !Number.isNaN(at.getTime()) && at.toISOString() === instant && at > now;
}
