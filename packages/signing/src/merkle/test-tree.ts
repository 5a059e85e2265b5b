import { createHash } from "node:crypto";
import { appendLeaf, type CompactRange, EMPTY_RANGE, type NodePlace, rootOfRange } from "./compact-range.js";
import { hashEmpty, hashLeaf, hashNode, type Sha256 } from "./tree-hash.js";

export const sha256: Sha256 = (data) => new Uint8Array(createHash("sha256").update(data).digest());

/** MTH of RFC 9162, 2.1.1, word for word: what everything else is held against. */
export async function referenceRoot(leafHashes: readonly Uint8Array[]): Promise<Uint8Array> {
  const [first] = leafHashes;
  if (!first) return hashEmpty(sha256);
  if (leafHashes.length === 1) return first;
  let split = 1;
  while (split * 2 < leafHashes.length) split *= 2;
  const left = await referenceRoot(leafHashes.slice(0, split));
  return hashNode(left, await referenceRoot(leafHashes.slice(split)), sha256);
}

/** A log of `size` leaves, grown one by one, with all its nodes and the root after each. */
export async function growTree(size: number) {
  const nodes = new Map<string, Uint8Array>();
  const leafHashes: Uint8Array[] = [];
  let range: CompactRange = EMPTY_RANGE;
  const roots = [await rootOfRange(range, sha256)];
  for (let index = 0; index < size; index++) {
    const leafHash = await hashLeaf(new TextEncoder().encode(`leaf ${index}`), sha256);
    leafHashes.push(leafHash);
    const appended = await appendLeaf(range, leafHash, sha256);
    for (const node of appended.made) nodes.set(`${node.level}/${node.index}`, node.hash);
    range = appended.range;
    roots.push(await rootOfRange(range, sha256));
  }
  const find = ({ level, index }: NodePlace) => nodes.get(`${level}/${index}`);
  return { leafHashes, roots, find, nodeCount: nodes.size };
}
