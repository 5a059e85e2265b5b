import { hash } from "node:crypto";
import { subjectHash } from "./subject-hash.js";

/** The subjects that there are to choose from, by number; `at` always answers the same. */
export interface SubjectSpace {
  /** At least 1. */
  count: number;
  at(index: number): string;
}

interface Choice {
  subject: string;
  hash: number;
}

/**
 * Takes the first subject that is not recent, in an order that the seed decides. Every subject is
 * looked at before one is repeated, and then it is the one longest unused.
 * @param recent hashes of the subjects to avoid, oldest first.
 */
export function chooseSubject(
  space: SubjectSpace,
  { seed, recent }: { seed: string; recent: readonly number[] },
): Choice {
  let oldest: Choice | undefined;
  let oldestAt = Number.POSITIVE_INFINITY;
  for (const index of permute(space.count, seed)) {
    const subject = space.at(index);
    const choice = { subject, hash: subjectHash(subject) };
    const lastAt = recent.lastIndexOf(choice.hash);
    if (lastAt < 0) return choice;
    if (lastAt < oldestAt) {
      oldest = choice;
      oldestAt = lastAt;
    }
  }
  return oldest as Choice;
}

/** Every number from 0 to `count - 1` once: from a keyed start by a keyed step that shares no divisor with `count`. */
function* permute(count: number, seed: string): Generator<number, void> {
  const digest = hash("sha256", `message\n${seed}`);
  const unitAt = (from: number) => Number.parseInt(digest.slice(from, from + 12), 16) / 2 ** 48;
  let index = Math.floor(unitAt(0) * count);
  let step = 1 + Math.floor(unitAt(12) * (count - 1));
  while (greatestDivisor(step, count) > 1) step += 1;
  for (let taken = 0; taken < count; taken += 1) {
    yield index;
    index = (index + step) % count;
  }
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
