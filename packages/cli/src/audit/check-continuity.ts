import { fromBase64, sameBytes } from "@pulsekeep/signing/merkle/bytes";
import { verifyConsistency } from "@pulsekeep/signing/merkle/verify-proof";
import { addFinding, type LogReport, type SignedCheckpoint } from "./log-report.js";
import type { LogSource } from "./log-source.js";
import { sha256 } from "./node-sha256.js";

/** Whether each checkpoint of the chain is the beginning of the next, by the proofs that the source has. */
export async function checkContinuity(
  report: LogReport,
  source: LogSource,
  chain: readonly SignedCheckpoint[],
): Promise<void> {
  for (const [index, second] of chain.entries()) {
    const first = chain[index - 1];
    // The empty log is the beginning of every log.
    if (first === undefined || first.treeSize === 0) continue;
    if (first.treeSize > second.treeSize) addFinding(report, "shrunk", first.treeSize);
    else if (first.treeSize < second.treeSize) await checkPair(report, source, [first, second]);
    else if (!sameBytes(first.rootHash, second.rootHash)) addFinding(report, "rewritten", second.treeSize);
  }
}

async function checkPair(
  report: LogReport,
  source: LogSource,
  [first, second]: readonly [SignedCheckpoint, SignedCheckpoint],
): Promise<void> {
  const proof = decodeHashes(await source.findConsistency(first.treeSize, second.treeSize));
  if (proof === undefined) return addFinding(report, "proof_missing", second.treeSize);
  const continues = await verifyConsistency({
    firstSize: first.treeSize,
    firstRoot: first.rootHash,
    secondSize: second.treeSize,
    secondRoot: second.rootHash,
    proof,
    sha256,
  });
  if (continues) report.consistencyProofs += 1;
  else addFinding(report, "rewritten", second.treeSize);
}

/** The hashes; undefined when one is not written as `toBase64` writes it. */
export function decodeHashes(texts: readonly string[] | undefined): Uint8Array[] | undefined {
  const hashes = texts?.map((text) => fromBase64(text));
  return hashes?.every((hash) => hash !== undefined) ? hashes : undefined;
}
