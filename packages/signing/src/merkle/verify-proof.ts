import { sameBytes } from "./bytes.js";
import { HASH_BYTES, hashNode, type Sha256 } from "./tree-hash.js";

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const areHashes = (hashes: readonly Uint8Array[]): boolean =>
  hashes.every((hash) => hash.length === HASH_BYTES);
const isOdd = (value: number): boolean => value % 2 === 1;
const halve = (value: number): number => Math.floor(value / 2);

/**
 * Whether a leaf is the `leafIndex`th of the tree with this root (RFC 9162, 2.1.3.2). Anything malformed is a no.
 *
 * @param input.proof hashes from the leaf upwards, as `makeProof` gives them
 */
export async function verifyInclusion(input: {
  leafHash: Uint8Array;
  leafIndex: number;
  treeSize: number;
  rootHash: Uint8Array;
  proof: readonly Uint8Array[];
  sha256: Sha256;
}): Promise<boolean> {
  const { leafHash, leafIndex, treeSize, rootHash, proof, sha256 } = input;
  if (!isCount(leafIndex) || !isCount(treeSize) || leafIndex >= treeSize) return false;
  if (!areHashes([leafHash, rootHash, ...proof])) return false;
  let [node, last, hash] = [leafIndex, treeSize - 1, leafHash];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = await hashNode(sibling, hash, sha256);
      while (!isOdd(node) && node !== 0) [node, last] = [halve(node), halve(last)];
    } else hash = await hashNode(hash, sibling, sha256);
    [node, last] = [halve(node), halve(last)];
  }
  return last === 0 && sameBytes(hash, rootHash);
}

/**
 * Whether the tree of `firstSize` leaves is the beginning of the tree of `secondSize` leaves
 * (RFC 9162, 2.1.4.2). An empty first tree proves nothing and is refused.
 *
 * @param input.proof hashes as `makeProof` gives them; none for two trees of one size
 */
export async function verifyConsistency(input: {
  firstSize: number;
  firstRoot: Uint8Array;
  secondSize: number;
  secondRoot: Uint8Array;
  proof: readonly Uint8Array[];
  sha256: Sha256;
}): Promise<boolean> {
  const { firstSize, firstRoot, secondSize, secondRoot, proof, sha256 } = input;
  if (!isCount(firstSize) || !isCount(secondSize) || firstSize < 1 || firstSize > secondSize) return false;
  if (firstSize === secondSize) return proof.length === 0 && sameBytes(firstRoot, secondRoot);
  if (!areHashes([firstRoot, secondRoot, ...proof])) return false;
  const [start, ...rest] = isPowerOfTwo(firstSize) ? [firstRoot, ...proof] : proof;
  if (start === undefined || proof.length === 0) return false;
  let [node, last] = [firstSize - 1, secondSize - 1];
  while (isOdd(node)) [node, last] = [halve(node), halve(last)];
  let [first, second] = [start, start];
  for (const hash of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      first = await hashNode(hash, first, sha256);
      second = await hashNode(hash, second, sha256);
      while (!isOdd(node) && node !== 0) [node, last] = [halve(node), halve(last)];
    } else second = await hashNode(second, hash, sha256);
    [node, last] = [halve(node), halve(last)];
  }
  return last === 0 && sameBytes(first, firstRoot) && sameBytes(second, secondRoot);
}

function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest > 1 && !isOdd(rest)) rest /= 2;
  return rest === 1;
}
