/** A stream of numbers that its seed decides. */
export type Random = {
  /** From 0 (inside) to 1 (outside). */
  unit(): number;
  /** A number from `low` (inside) to `high` (outside). */
  between(low: number, high: number): number;
  /** A whole number from 0 to `count - 1`. */
  index(count: number): number;
  chance(probability: number): boolean;
  /** @throws RangeError for an empty list */
  pick<T>(from: readonly T[]): T;
  /** Picks by weight; weights are not negative and their sum is not zero. */
  pickWeighted<T extends { weight: number }>(from: readonly T[]): T;
  /** A stream of its own, which does not depend on how much was drawn from this one. */
  fork(label: string): Random;
};

/** Mulberry32: 32 bits of state, enough for plans, and the same on every machine. */
export function createRandom(seed: number | string): Random {
  let state = hash(String(seed));
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const index = (count: number) => Math.floor(unit() * count);
  return {
    unit,
    between: (low, high) => low + unit() * (high - low),
    index,
    chance: (probability) => unit() < probability,
    pick: (from) => elementAt(from, index(from.length)),
    pickWeighted: (from) => {
      let left = unit() * from.reduce((sum, { weight }) => sum + weight, 0);
      for (const option of from) {
        left -= option.weight;
        if (left < 0) return option;
      }
      return elementAt(from, from.length - 1);
    },
    fork: (label) => createRandom(`${seed}/${label}`),
  };
}

function elementAt<T>(from: readonly T[], at: number): T {
  if (at < 0 || at >= from.length) throw new RangeError("nothing to pick from");
  return from[at] as T;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value | 0;
}
