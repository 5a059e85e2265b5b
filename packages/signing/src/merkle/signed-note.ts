import { concatBytes, fromBase64, sameBytes, toBase64, toHex } from "./bytes.js";
import type { Sha256 } from "./tree-hash.js";
import type { VerifyEd25519 } from "./web-crypto.js";

/** A key that verifies signed notes. Its id is the first four bytes of SHA-256 over name, newline, type, key. */
export type NoteKey = { name: string; id: string; publicKey: Uint8Array<ArrayBuffer> };

/** Signs the text of a note with the Ed25519 key whose public half `key` has. */
export type NoteSigner = { key: NoteKey; sign: (text: Uint8Array) => Uint8Array };

export type NoteRefusal = "malformed" | "unknown_key" | "forged";
export type OpenedNote = { ok: true; text: string; signedBy: NoteKey[] } | { ok: false; reason: NoteRefusal };

const ED25519 = Uint8Array.of(0x01);
const ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
const MAX_LENGTH = 20_000;
const MAX_SIGNATURES = 100;
const NAME = /^[^\s+\p{Cc}]{1,255}$/u;
const SIGNATURE_LINE = /^— (\S+) (\S+)$/u;
/** Control characters but the newline, and halves of surrogate pairs. */
const UNPRINTABLE = /[^\P{Cc}\n]|\p{Surrogate}/u;
const utf8 = new TextEncoder();

/**
 * Names an Ed25519 public key.
 *
 * @throws RangeError when the name has white space or a plus sign, or the key has not 32 bytes
 */
export async function noteKeyOf(
  name: string,
  publicKey: Uint8Array<ArrayBuffer>,
  sha256: Sha256,
): Promise<NoteKey> {
  if (!NAME.test(name)) throw new RangeError("a key's name has neither white space nor a plus sign");
  if (publicKey.length !== 32) throw new RangeError("an Ed25519 public key has 32 bytes");
  const digest = await sha256(concatBytes(utf8.encode(`${name}\n`), ED25519, publicKey));
  return { name, id: toHex(digest.slice(0, ID_BYTES)), publicKey };
}

/** The key as one line to hand around: `name+id+base64(type, key)`. */
export function formatNoteKey(key: NoteKey): string {
  return `${key.name}+${key.id}+${toBase64(concatBytes(ED25519, key.publicKey))}`;
}

/** Reads what `formatNoteKey` writes; `undefined` for anything else, a wrong id included. */
export async function parseNoteKey(text: string, sha256: Sha256): Promise<NoteKey | undefined> {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (name === undefined || !NAME.test(name) || bytes?.length !== 33 || bytes[0] !== ED25519[0])
    return undefined;
  const key = await noteKeyOf(name, bytes.slice(1), sha256);
  return key.id === id ? key : undefined;
}

/**
 * Signs a text as a C2SP signed note: the text, an empty line, and one line per signature.
 *
 * @throws RangeError when the text is not lines of printable characters that each end in a newline
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!isNoteText(text)) throw new RangeError("a note is lines of printable text");
  const lines = signers.map(({ key, sign }) => {
    const signature = concatBytes(bytesOfId(key.id), sign(utf8.encode(text)));
    return `— ${key.name} ${toBase64(signature)}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

/**
 * Opens a signed note: at least one signature of the keys given must be there, and every one of theirs that is
 * there must hold. Signatures of other keys say nothing and are passed over.
 */
export async function openNote(input: {
  note: string;
  keys: readonly NoteKey[];
  verify: VerifyEd25519;
}): Promise<OpenedNote> {
  const parts = splitNote(input.note);
  if (!parts) return { ok: false, reason: "malformed" };
  const data = utf8.encode(parts.text);
  const signedBy: NoteKey[] = [];
  for (const { name, bytes } of parts.signatures) {
    const key = input.keys.find(
      (known) => known.name === name && sameBytes(bytesOfId(known.id), bytes.slice(0, ID_BYTES)),
    );
    if (!key || signedBy.includes(key)) continue;
    const signature = bytes.slice(ID_BYTES);
    if (signature.length !== SIGNATURE_BYTES) return { ok: false, reason: "forged" };
    if (!(await input.verify({ publicKey: key.publicKey, signature, data })))
      return { ok: false, reason: "forged" };
    signedBy.push(key);
  }
  return signedBy.length > 0
    ? { ok: true, text: parts.text, signedBy }
    : { ok: false, reason: "unknown_key" };
}

function splitNote(note: string) {
  const boundary = note.lastIndexOf("\n\n");
  if (note.length > MAX_LENGTH || boundary < 0 || !note.endsWith("\n")) return undefined;
  const text = note.slice(0, boundary + 1);
  const lines = note.slice(boundary + 2, -1).split("\n");
  if (!isNoteText(text) || lines.length > MAX_SIGNATURES) return undefined;
  const signatures: { name: string; bytes: Uint8Array<ArrayBuffer> }[] = [];
  for (const line of lines) {
    const [, name, encoded = ""] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = fromBase64(encoded);
    if (name === undefined || !NAME.test(name) || !bytes || bytes.length <= ID_BYTES) return undefined;
    signatures.push({ name, bytes });
  }
  return { text, signatures };
}

function isNoteText(text: string): boolean {
  return text.endsWith("\n") && !UNPRINTABLE.test(text);
}

function bytesOfId(id: string): Uint8Array {
  return Uint8Array.from(id.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
