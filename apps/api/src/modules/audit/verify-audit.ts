import { type Database, schema, type Transaction } from "@pulsekeep/database";
import { toBase64 } from "@pulsekeep/signing/merkle/bytes";
import { type Checkpoint, openCheckpoint } from "@pulsekeep/signing/merkle/checkpoint";
import { rootOfRange } from "@pulsekeep/signing/merkle/compact-range";
import type { NoteKey } from "@pulsekeep/signing/merkle/signed-note";
import { webVerifyEd25519 as verify } from "@pulsekeep/signing/merkle/web-crypto";
import { asc, sql } from "drizzle-orm";
import type { AuditFinding, AuditReport } from "./audit-findings.js";
import { sha256 } from "./log-nodes.js";
import { LogWalk } from "./log-walk.js";

const { auditCheckpoints } = schema;
const SHOWN_PER_KIND = 1_000;

/**
 * Holds every audit entry in the database against the log, the log against its checkpoints, and the checkpoints
 * against those that somebody kept elsewhere. Reads one snapshot and writes nothing.
 *
 * Without kept checkpoints it finds whoever changed rows, but not somebody who holds the signing key and rewrote
 * the log from some place to its end: against that, keep checkpoints where this server cannot reach them.
 *
 * @param input.db connected as a role that reads all of it (`pulsekeep_backup`)
 * @param input.origin the name of the log
 * @param input.keys public keys that the reader trusts, from elsewhere when it matters
 * @param input.keptNotes checkpoints that were kept elsewhere
 */
export async function verifyAudit(input: {
  db: Database;
  origin: string;
  keys: readonly NoteKey[];
  keptNotes?: readonly string[];
}): Promise<AuditReport> {
  return input.db.transaction(
    async (tx) => {
      const findings: AuditFinding[] = [];
      const open = (note: string) => openCheckpoint({ note, origin: input.origin, keys: input.keys, verify });
      const signed = await openStored(tx, open, findings);
      const kept = await openKept(input.keptNotes ?? [], open, findings);
      const walk = new LogWalk(
        tx,
        [...signed, ...kept].map(({ treeSize }) => treeSize),
      );
      await walk.toEnd();
      findings.push(...walk.findings);
      findings.push(...compare(signed, walk, { isKept: false }), ...compare(kept, walk, { isKept: true }));
      const outside = await findOutside(tx);
      findings.push(...outside.findings);
      return {
        treeSize: walk.range.size,
        checkpoints: signed.length,
        waiting: outside.waiting,
        erased: walk.erased,
        rootHash: toBase64(await rootOfRange(walk.range, sha256)),
        findings,
      };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

type Open = (note: string) => ReturnType<typeof openCheckpoint>;

async function openStored(tx: Transaction, open: Open, findings: AuditFinding[]): Promise<Checkpoint[]> {
  const signed: Checkpoint[] = [];
  for (const row of await tx.select().from(auditCheckpoints).orderBy(asc(auditCheckpoints.treeSize))) {
    const opened = await open(row.note);
    const reason = opened.ok ? contradictionOf(row, opened.checkpoint) : opened.reason;
    if (reason !== undefined) findings.push({ kind: "checkpoint_forged", treeSize: row.treeSize, reason });
    if (opened.ok) signed.push(opened.checkpoint);
  }
  return signed;
}

function contradictionOf(
  row: typeof auditCheckpoints.$inferSelect,
  checkpoint: Checkpoint,
): "row_differs_from_note" | undefined {
  const agrees =
    row.treeSize === checkpoint.treeSize && toBase64(row.rootHash) === toBase64(checkpoint.rootHash);
  return agrees ? undefined : "row_differs_from_note";
}

async function openKept(
  notes: readonly string[],
  open: Open,
  findings: AuditFinding[],
): Promise<Checkpoint[]> {
  const kept: Checkpoint[] = [];
  for (const note of notes) {
    const opened = await open(note);
    if (opened.ok) kept.push(opened.checkpoint);
    else findings.push({ kind: "kept_checkpoint_refused", reason: opened.reason });
  }
  return kept;
}

function compare(
  checkpoints: readonly Checkpoint[],
  walk: LogWalk,
  { isKept }: { isKept: boolean },
): AuditFinding[] {
  return checkpoints.flatMap(({ treeSize, rootHash }): AuditFinding[] => {
    const root = walk.roots.get(treeSize);
    const foundSize = walk.range.size;
    if (!root) return [{ kind: isKept ? "kept_log_truncated" : "log_truncated", treeSize, foundSize }];
    if (toBase64(root) === toBase64(rootHash)) return [];
    return [{ kind: isKept ? "kept_root_differs" : "root_differs", treeSize }];
  });
}

/** Entries past the log, and places of the queue that lead to no entry. */
async function findOutside(tx: Transaction) {
  const { rows: unlogged } = await tx.execute<{ id: string }>(
    sql`select e.id from audit_entries e
        where not exists (select from audit_leaves l where l.entry_id = e.id and l.recorded_at = e.recorded_at)
          and not exists (select from audit_pending p where p.entry_id = e.id)
        order by e.recorded_at limit ${SHOWN_PER_KIND}`,
  );
  const { rows: waiting } = await tx.execute<{ id: string; isMissing: boolean }>(
    sql`select p.entry_id as id,
               not exists (select from audit_entries e where e.id = p.entry_id) as "isMissing"
        from audit_pending p`,
  );
  const findings: AuditFinding[] = [
    ...unlogged.map(({ id }) => ({ kind: "entry_unlogged" as const, entryId: id })),
    ...waiting
      .filter(({ isMissing }) => isMissing)
      .slice(0, SHOWN_PER_KIND)
      .map(({ id }) => ({ kind: "waiting_entry_missing" as const, entryId: id })),
  ];
  return { findings, waiting: waiting.length };
}
