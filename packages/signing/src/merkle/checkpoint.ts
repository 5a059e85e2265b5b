import { fromBase64, toBase64 } from "./bytes.js";
import { type NoteKey, type NoteRefusal, type NoteSigner, openNote, signNote } from "./signed-note.js";
import { HASH_BYTES } from "./tree-hash.js";
import type { VerifyEd25519 } from "./web-crypto.js";

/** What a log says it is: its name, how many leaves it has, and the root over them. */
export type Checkpoint = { origin: string; treeSize: number; rootHash: Uint8Array };

export type CheckpointRefusal = NoteRefusal | "wrong_origin";
export type OpenedCheckpoint =
  | { ok: true; checkpoint: Checkpoint; signedBy: NoteKey[] }
  | { ok: false; reason: CheckpointRefusal };

/**
 * Signs a checkpoint in the shape of C2SP tlog-checkpoint: origin, size in decimal, root in base64, each on a
 * line, as a signed note. It names no time, so the same tree always has the same checkpoint (Ed25519 is
 * deterministic) and two processes that make it at once agree.
 *
 * @throws RangeError when a part cannot be written so that it would be read back the same
 */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  const text = `${checkpoint.origin}\n${checkpoint.treeSize}\n${toBase64(checkpoint.rootHash)}\n`;
  if (!parseBody(text)) throw new RangeError("a checkpoint has an origin, a size and a root of 32 bytes");
  return signNote(text, signers);
}

/**
 * Reads a checkpoint whose signature holds. Lines after the third are extensions and are passed over, as the
 * specification asks.
 *
 * @param input.origin the log that the reader means
 */
export async function openCheckpoint(input: {
  note: string;
  origin: string;
  keys: readonly NoteKey[];
  verify: VerifyEd25519;
}): Promise<OpenedCheckpoint> {
  const opened = await openNote(input);
  if (!opened.ok) return opened;
  const checkpoint = parseBody(opened.text);
  if (!checkpoint) return { ok: false, reason: "malformed" };
  if (checkpoint.origin !== input.origin) return { ok: false, reason: "wrong_origin" };
  return { ok: true, checkpoint, signedBy: opened.signedBy };
}

/** What a checkpoint says, without asking who signed it. Never trust it; it serves to ask for the right proof. */
export function readUnverifiedCheckpoint(note: string): Checkpoint | undefined {
  const end = note.lastIndexOf("\n\n");
  return end < 0 ? undefined : parseBody(note.slice(0, end + 1));
}

function parseBody(text: string): Checkpoint | undefined {
  const [origin = "", size = "", root = "", ...extensions] = text.slice(0, -1).split("\n");
  const rootHash = fromBase64(root);
  const treeSize = Number(size);
  if (origin === "" || !/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(treeSize)) return undefined;
  if (rootHash?.length !== HASH_BYTES || extensions.includes("")) return undefined;
  return { origin, treeSize, rootHash };
}
