import { hashEmpty, hashNode, type Sha256 } from "./tree-hash.js";

/** Where the hash of a full subtree lies: it covers the leaves `[index * 2^level, (index + 1) * 2^level)`. */
export type NodePlace = { level: number; index: number };
export type TreeNode = NodePlace & { hash: Uint8Array };

/**
 * The right edge of a tree: the roots of its full subtrees from left to right, at most 53. It is all that is
 * needed to append leaves and to know the root.
 */
export type CompactRange = { size: number; edge: readonly TreeNode[] };

export const EMPTY_RANGE: CompactRange = { size: 0, edge: [] };

/**
 * The full subtrees that make up the leaves `[begin, end)`, from left to right.
 *
 * @throws RangeError when the bounds are no safe non-negative integers in order
 */
export function coverLeaves(begin: number, end: number): NodePlace[] {
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end) || begin < 0 || end < begin)
    throw new RangeError("leaves are counted by safe non-negative integers");
  const places: NodePlace[] = [];
  let next = begin;
  while (next < end) {
    let level = 0;
    while (next % 2 ** (level + 1) === 0 && next + 2 ** (level + 1) <= end) level += 1;
    places.push({ level, index: next / 2 ** level });
    next += 2 ** level;
  }
  return places;
}

/**
 * Appends one leaf.
 *
 * @returns the new right edge, and every node that became final with this leaf: the leaf itself first, then the
 * subtrees that it completed, upwards
 */
export async function appendLeaf(
  range: CompactRange,
  leafHash: Uint8Array,
  sha256: Sha256,
): Promise<{ range: CompactRange; made: TreeNode[] }> {
  const edge = [...range.edge];
  let node: TreeNode = { level: 0, index: range.size, hash: leafHash };
  const made = [node];
  while (edge.at(-1)?.level === node.level) {
    const left = edge.pop() as TreeNode;
    node = {
      level: node.level + 1,
      index: left.index / 2,
      hash: await hashNode(left.hash, node.hash, sha256),
    };
    made.push(node);
  }
  return { range: { size: range.size + 1, edge: [...edge, node] }, made };
}

/** Root hash of the tree whose right edge this is. */
export async function rootOfRange(range: CompactRange, sha256: Sha256): Promise<Uint8Array> {
  return foldSubtrees(
    range.edge.map(({ hash }) => hash),
    sha256,
  );
}

/** Hash over neighbouring full subtrees of falling size, given from left to right. */
export async function foldSubtrees(hashes: readonly Uint8Array[], sha256: Sha256): Promise<Uint8Array> {
  let right = hashes.at(-1);
  if (right === undefined) return hashEmpty(sha256);
  for (const left of hashes.slice(0, -1).reverse()) right = await hashNode(left, right, sha256);
  return right;
}
