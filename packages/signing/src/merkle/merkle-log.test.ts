import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import merkle from "../vectors/merkle-proofs.json" with { type: "json" };
import rfc6962 from "../vectors/rfc6962-roots.json" with { type: "json" };
import { appendLeaf, coverLeaves, EMPTY_RANGE, rootOfRange } from "./compact-range.js";
import { makeProof, placesOfPlan, planConsistency, planInclusion } from "./make-proof.js";
import { growTree, referenceRoot, sha256 } from "./test-tree.js";
import { hashLeaf } from "./tree-hash.js";
import { verifyConsistency, verifyInclusion } from "./verify-proof.js";
import { webSha256 } from "./web-crypto.js";

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));
const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const SIZE = 64;
let tree: Awaited<ReturnType<typeof growTree>>;
beforeAll(async () => {
  tree = await growTree(SIZE);
});

const inclusionOf = (leafIndex: number, treeSize: number) =>
  makeProof(planInclusion(leafIndex, treeSize), tree.find, sha256);
const consistencyOf = (firstSize: number, secondSize: number) =>
  makeProof(planConsistency(firstSize, secondSize), tree.find, sha256);
const leafAt = (index: number) => tree.leafHashes[index] as Uint8Array;
const rootAt = (size: number) => tree.roots[size] as Uint8Array;

describe("published vectors", () => {
  it("computes the roots of RFC 6962's reference leaves", async () => {
    let range = EMPTY_RANGE;
    for (const { treeSize, root } of rfc6962.roots) {
      if (treeSize > 0) {
        const leaf = await hashLeaf(hex(rfc6962.leavesHex[treeSize - 1] ?? ""), webSha256);
        ({ range } = await appendLeaf(range, leaf, webSha256));
      }
      expect(Buffer.from(await rootOfRange(range, webSha256)).toString("hex")).toBe(root);
    }
  });

  it("accepts 12 and refuses 184 of the published proofs [AUD-07]", async () => {
    const outcomes: boolean[] = [];
    for (const vector of merkle.inclusion) {
      const accepted = await verifyInclusion({
        leafHash: bytes(vector.leafHash),
        leafIndex: vector.leafIdx,
        treeSize: vector.treeSize,
        rootHash: bytes(vector.root),
        proof: (vector.proof ?? []).map(bytes),
        sha256,
      });
      expect({ file: vector.file, accepted }).toEqual({ file: vector.file, accepted: !vector.wantErr });
      outcomes.push(accepted);
    }
    for (const vector of merkle.consistency) {
      const accepted = await verifyConsistency({
        firstSize: vector.size1,
        firstRoot: bytes(vector.root1),
        secondSize: vector.size2,
        secondRoot: bytes(vector.root2),
        proof: (vector.proof ?? []).map(bytes),
        sha256,
      });
      expect({ file: vector.file, accepted }).toEqual({ file: vector.file, accepted: !vector.wantErr });
      outcomes.push(accepted);
    }
    expect([outcomes.filter(Boolean).length, outcomes.length]).toEqual([12, 196]);
  });
});

describe("a log that grows leaf by leaf", () => {
  it("has the root that the recursive definition gives, at every size", async () => {
    for (let size = 0; size <= SIZE; size++)
      expect(rootAt(size)).toEqual(await referenceRoot(tree.leafHashes.slice(0, size)));
  });

  it("makes each full subtree once", () => {
    expect(tree.nodeCount).toBe(2 * SIZE - 1);
    expect(coverLeaves(0, 7)).toEqual([
      { level: 2, index: 0 },
      { level: 1, index: 2 },
      { level: 0, index: 6 },
    ]);
  });

  it("proves every leaf in every tree", async () => {
    for (let treeSize = 1; treeSize <= SIZE; treeSize++)
      for (let leafIndex = 0; leafIndex < treeSize; leafIndex++) {
        const proof = await inclusionOf(leafIndex, treeSize);
        const input = { leafIndex, treeSize, rootHash: rootAt(treeSize), proof, sha256 };
        expect(await verifyInclusion({ ...input, leafHash: leafAt(leafIndex) })).toBe(true);
        expect(await verifyInclusion({ ...input, leafHash: leafAt((leafIndex + 1) % SIZE) })).toBe(false);
      }
  });

  it("proves that every tree is the beginning of every later one, and of no other", async () => {
    for (let secondSize = 1; secondSize <= SIZE; secondSize++)
      for (let firstSize = 1; firstSize <= secondSize; firstSize++) {
        const proof = await consistencyOf(firstSize, secondSize);
        const input = { firstSize, secondSize, secondRoot: rootAt(secondSize), proof, sha256 };
        expect(await verifyConsistency({ ...input, firstRoot: rootAt(firstSize) })).toBe(true);
        expect(await verifyConsistency({ ...input, firstRoot: rootAt(firstSize - 1) })).toBe(false);
      }
  });

  it("needs nodes only that were made before the tree had its size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (size, at) => {
          const leaf = Math.floor(size * at);
          const places = [
            ...placesOfPlan(planInclusion(leaf, size)),
            ...placesOfPlan(planConsistency(leaf + 1, size)),
          ];
          for (const { level, index } of places) expect((index + 1) * 2 ** level).toBeLessThanOrEqual(size);
          expect(places.length).toBeLessThan(200);
        },
      ),
    );
  });

  it("refuses to plan a proof of what is not there", () => {
    for (const [leafIndex, size] of [
      [0, 0],
      [5, 5],
      [-1, 5],
      [0.5, 5],
      [0, 2 ** 53],
    ] as const)
      expect(() => planInclusion(leafIndex, size)).toThrow(RangeError);
    for (const [first, second] of [
      [0, 5],
      [6, 5],
      [1.5, 5],
      [1, 2 ** 53],
    ] as const)
      expect(() => planConsistency(first, second)).toThrow(RangeError);
    expect(() => coverLeaves(4, 3)).toThrow(RangeError);
  });

  it("says that a node is lost instead of making a proof without it", async () => {
    await expect(makeProof(planInclusion(3, 8), () => undefined, sha256)).rejects.toThrow("no node");
  });
});

describe("a proof that was touched", () => {
  const place = fc.record({
    secondSize: fc.integer({ min: 2, max: SIZE }),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    part: fc.nat(),
    bit: fc.integer({ min: 0, max: 255 }),
  });
  const flip = (hash: Uint8Array, bit: number) =>
    hash.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
  const flipOne = (hashes: readonly Uint8Array[], part: number, bit: number) =>
    hashes.map((hash, index) => (index === part % hashes.length ? flip(hash, bit) : hash));

  it("fails at any flipped bit of leaf, root or inclusion proof", async () => {
    await fc.assert(
      fc.asyncProperty(place, async ({ secondSize: treeSize, at, part, bit }) => {
        const leafIndex = Math.floor(treeSize * at);
        const hashes = [leafAt(leafIndex), rootAt(treeSize), ...(await inclusionOf(leafIndex, treeSize))];
        const [leafHash, rootHash, ...proof] = flipOne(hashes, part, bit) as [Uint8Array, Uint8Array];
        expect(await verifyInclusion({ leafHash, rootHash, proof, leafIndex, treeSize, sha256 })).toBe(false);
      }),
    );
  });

  it("fails at any flipped bit of roots or consistency proof", async () => {
    await fc.assert(
      fc.asyncProperty(place, async ({ secondSize, at, part, bit }) => {
        const firstSize = 1 + Math.floor((secondSize - 1) * at);
        const hashes = [
          rootAt(firstSize),
          rootAt(secondSize),
          ...(await consistencyOf(firstSize, secondSize)),
        ];
        const [firstRoot, secondRoot, ...proof] = flipOne(hashes, part, bit) as [Uint8Array, Uint8Array];
        expect(await verifyConsistency({ firstSize, firstRoot, secondSize, secondRoot, proof, sha256 })).toBe(
          false,
        );
      }),
    );
  });

  it("fails when it is shorter, longer or of another place", async () => {
    const proof = await inclusionOf(5, 11);
    const right = { leafHash: leafAt(5), leafIndex: 5, treeSize: 11, rootHash: rootAt(11), proof, sha256 };
    expect(await verifyInclusion(right)).toBe(true);
    for (const wrong of [
      { proof: proof.slice(1) },
      { proof: proof.slice(0, -1) },
      { proof: [...proof, leafAt(0)] },
      { leafIndex: 4 },
      // A size of the same shape would pass: what binds size and root is the checkpoint's signature.
      { treeSize: 17 },
      { treeSize: 6 },
      { leafIndex: -1 },
      { leafIndex: 5.5 },
      { treeSize: Number.NaN },
      { proof: proof.map((hash) => hash.slice(1)) },
    ])
      expect(await verifyInclusion({ ...right, ...wrong })).toBe(false);
  });
});
