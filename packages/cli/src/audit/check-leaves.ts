import { fromBase64, sameBytes, toBase64 } from "@pulsekeep/signing/merkle/bytes";
import {
  appendLeaf,
  type CompactRange,
  coverLeaves,
  EMPTY_RANGE,
  rootOfRange,
} from "@pulsekeep/signing/merkle/compact-range";
import { HASH_BYTES } from "@pulsekeep/signing/merkle/tree-hash";
import { decodeHashes } from "./check-continuity.js";
import { addFinding, type LogReport, type SignedCheckpoint } from "./log-report.js";
import type { LogSource } from "./log-source.js";
import { sha256 } from "./node-sha256.js";

/**
 * Grows the tree leaf by leaf and holds it against every checkpoint; from where it was kept, when the kept edge
 * still gives the kept root.
 *
 * @returns the new right edge, to be kept; undefined when the source gives no leaves or they differ
 */
export async function checkLeaves(
  report: LogReport,
  source: LogSource,
  { signed, start }: { signed: readonly SignedCheckpoint[]; start: CompactRange },
): Promise<string[] | undefined> {
  const newest = signed.at(-1);
  if (newest === undefined || newest.treeSize < start.size) return undefined;
  const pieces = await source.findLeaves(start.size, newest.treeSize);
  if (pieces === undefined) return undefined;
  const roots = new Map(signed.map(({ treeSize, rootHash }) => [treeSize, rootHash]));
  let range = start;
  for await (const piece of pieces) {
    for (const text of piece) {
      const leafHash = fromBase64(text);
      if (leafHash?.length !== HASH_BYTES) return differs(report, range.size);
      range = (await appendLeaf(range, leafHash, sha256)).range;
      const root = roots.get(range.size);
      if (root && !sameBytes(await rootOfRange(range, sha256), root)) return differs(report, range.size);
    }
  }
  if (range.size !== newest.treeSize) return differs(report, range.size);
  report.leaves = range.size - start.size;
  return range.edge.map(({ hash }) => toBase64(hash));
}

function differs(report: LogReport, at: number): undefined {
  addFinding(report, "leaves_differ", at);
}

/** The right edge that was kept, if it is that of the kept root; the empty tree otherwise. */
export async function rangeOf(
  past: SignedCheckpoint | undefined,
  edge: readonly string[] | undefined,
): Promise<CompactRange> {
  const hashes = decodeHashes(edge);
  if (past === undefined || hashes === undefined) return EMPTY_RANGE;
  const places = coverLeaves(0, past.treeSize);
  const nodes = places.flatMap((place, index) => {
    const hash = hashes[index];
    return hash === undefined ? [] : [{ ...place, hash }];
  });
  const range = { size: past.treeSize, edge: nodes };
  const isWhole = nodes.length === places.length && hashes.length === places.length;
  return isWhole && sameBytes(await rootOfRange(range, sha256), past.rootHash) ? range : EMPTY_RANGE;
}
