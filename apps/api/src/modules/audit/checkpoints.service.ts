import { Inject, Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { signCheckpoint } from "@pulsekeep/signing/merkle/checkpoint";
import { rootOfRange } from "@pulsekeep/signing/merkle/compact-range";
import { planConsistency } from "@pulsekeep/signing/merkle/make-proof";
import { verifyConsistency } from "@pulsekeep/signing/merkle/verify-proof";
import { desc, sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { CheckpointSigner } from "./checkpoint-signer.js";
import { countLeaves, readProof, readRange, sha256 } from "./log-nodes.js";

const { auditCheckpoints, auditKeys } = schema;
const CHECKPOINT_INTERVAL_SECONDS = 60;

type Signed = { treeSize: number; rootHash: Uint8Array };

/** Makes checkpoints: once a minute at most, and only when the log has grown. */
@Injectable()
export class CheckpointsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(CheckpointSigner) private readonly signer: CheckpointSigner,
  ) {}

  /**
   * Signs the log as it is now, if there is something new and the last checkpoint is old enough.
   *
   * @throws Error when the log does not continue the one that was signed before: it stays unsigned from then on,
   * and the failing loop turns health red
   */
  async makeDue(intervalSeconds = CHECKPOINT_INTERVAL_SECONDS): Promise<Signed | undefined> {
    return this.databases.inEngine(async (tx) => {
      const [last] = await tx
        .select({
          treeSize: auditCheckpoints.treeSize,
          rootHash: auditCheckpoints.rootHash,
          isDue: sql<boolean>`now() - ${auditCheckpoints.madeAt} >= make_interval(secs => ${intervalSeconds})`,
        })
        .from(auditCheckpoints)
        .orderBy(desc(auditCheckpoints.treeSize))
        .limit(1);
      if (last && !last.isDue) return undefined;
      const treeSize = await countLeaves(tx);
      if (treeSize === 0 || treeSize === last?.treeSize) return undefined;
      const rootHash = await rootOfRange(await readRange(tx, treeSize), sha256);
      if (last) await refuseOtherPast(tx, last, { treeSize, rootHash });
      return this.sign(tx, { treeSize, rootHash });
    });
  }

  private async sign(tx: Transaction, signed: Signed): Promise<Signed> {
    const signers = await this.signer.getSigners();
    await tx
      .insert(auditKeys)
      .values(signers.map(({ key }) => ({ ...key, publicKey: Buffer.from(key.publicKey) })))
      .onConflictDoNothing();
    const { origin } = this.signer;
    const note = signCheckpoint({ origin, ...signed }, signers);
    // Two processes at once sign the same tree with the same keys: one note, kept once.
    await tx
      .insert(auditCheckpoints)
      .values({ treeSize: signed.treeSize, rootHash: Buffer.from(signed.rootHash), note })
      .onConflictDoNothing();
    return signed;
  }
}

async function refuseOtherPast(tx: Transaction, last: Signed, next: Signed): Promise<void> {
  const continues =
    last.treeSize < next.treeSize &&
    (await verifyConsistency({
      firstSize: last.treeSize,
      firstRoot: last.rootHash,
      secondSize: next.treeSize,
      secondRoot: next.rootHash,
      proof: await readProof(tx, planConsistency(last.treeSize, next.treeSize)),
      sha256,
    }));
  if (!continues) throw new Error("The audit log does not continue its last checkpoint");
}
