import { coverLeaves, foldSubtrees, type NodePlace } from "./compact-range.js";
import type { Sha256 } from "./tree-hash.js";

/** A proof before its hashes are known: each is the root over the leaves `[begin, end)`. */
export type ProofPlan = readonly { begin: number; end: number }[];

/** Looks up the hash of a full subtree that was made when its last leaf was appended. */
export type FindNode = (place: NodePlace) => Uint8Array | undefined;

/**
 * What the inclusion proof of one leaf consists of, bottom up (RFC 9162, 2.1.3.1).
 *
 * @throws RangeError when there is no such leaf in a tree of this size
 */
export function planInclusion(leafIndex: number, treeSize: number): ProofPlan {
  if (!Number.isSafeInteger(treeSize) || !Number.isSafeInteger(leafIndex))
    throw new RangeError("leaves are counted by safe integers");
  if (leafIndex < 0 || leafIndex >= treeSize) throw new RangeError("the tree has no such leaf");
  const plan: { begin: number; end: number }[] = [];
  let [begin, end] = [0, treeSize];
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin);
    if (leafIndex < middle) {
      plan.push({ begin: middle, end });
      end = middle;
    } else {
      plan.push({ begin, end: middle });
      begin = middle;
    }
  }
  return plan.reverse();
}

/**
 * What the proof that one tree is the beginning of another consists of (RFC 9162, 2.1.4.1). Empty for two trees
 * of one size.
 *
 * @throws RangeError unless `1 <= firstSize <= secondSize`
 */
export function planConsistency(firstSize: number, secondSize: number): ProofPlan {
  if (!Number.isSafeInteger(firstSize) || !Number.isSafeInteger(secondSize))
    throw new RangeError("leaves are counted by safe integers");
  if (firstSize < 1 || firstSize > secondSize)
    throw new RangeError("the first tree must be within the second");
  const plan: { begin: number; end: number }[] = [];
  let [begin, end] = [0, secondSize];
  while (end > firstSize) {
    const middle = begin + splitOf(end - begin);
    if (firstSize <= middle) {
      plan.push({ begin: middle, end });
      end = middle;
    } else {
      plan.push({ begin, end: middle });
      begin = middle;
    }
  }
  // The verifier has the first root itself: a subtree that begins at zero need not be sent.
  if (begin > 0) plan.push({ begin, end });
  return plan.reverse();
}

/** The full subtrees whose hashes `makeProof` will ask for. */
export function placesOfPlan(plan: ProofPlan): NodePlace[] {
  return plan.flatMap(({ begin, end }) => coverLeaves(begin, end));
}

/**
 * Turns a plan into the proof's hashes.
 *
 * @throws Error when a node is missing: the log is damaged
 */
export async function makeProof(plan: ProofPlan, find: FindNode, sha256: Sha256): Promise<Uint8Array[]> {
  return Promise.all(
    plan.map(({ begin, end }) => {
      const hashes = coverLeaves(begin, end).map((place) => {
        const hash = find(place);
        if (!hash) throw new Error(`The log has no node ${place.level}/${place.index}`);
        return hash;
      });
      return foldSubtrees(hashes, sha256);
    }),
  );
}

/** The largest power of two below `count`, which is at least 2. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
