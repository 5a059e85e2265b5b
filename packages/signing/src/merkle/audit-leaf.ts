import { concatBytes } from "./bytes.js";
import { hashLeaf, type Sha256 } from "./tree-hash.js";

/** Everything of an audit entry that the log vouches for. */
export type SealedAuditEntry = {
  id: string;
  workspaceId: string;
  action: string;
  actor: { kind: string; id: string | null };
  subject: { kind: string; id: string | null };
  facts: Readonly<Record<string, string | number | boolean | null>>;
  requestId: string | null;
  /** ISO 8601, UTC, milliseconds. */
  recordedAt: string;
};

export const AUDIT_SALT_BYTES = 32;

const VERSION = "pulsekeep/audit/v1";
const HALF_PAIR = /\p{Surrogate}/u;
const utf8 = new TextEncoder();

/**
 * The bytes whose leaf hash stands in the log, format 1: for each of version, salt, id, workspace, action, actor
 * kind and id, subject kind and id, facts, request id, instant: `00` when null, else `01`, the length in four
 * bytes (big endian) and the value. Facts are JSON as RFC 8785 writes it. No two entries have the same bytes.
 *
 * The salt makes the hash a commitment: whoever sees the log, but not the salt, cannot try out what it says.
 *
 * @throws RangeError when the salt has not 32 bytes, a text is no well-formed Unicode, or a fact is no plain value
 */
export function auditLeafBytes(entry: SealedAuditEntry, salt: Uint8Array): Uint8Array<ArrayBuffer> {
  if (salt.length !== AUDIT_SALT_BYTES) throw new RangeError(`a salt has ${AUDIT_SALT_BYTES} bytes`);
  return concatBytes(
    field(VERSION),
    field(salt),
    field(entry.id),
    field(entry.workspaceId),
    field(entry.action),
    field(entry.actor.kind),
    field(entry.actor.id),
    field(entry.subject.kind),
    field(entry.subject.id),
    field(canonicalFacts(entry.facts)),
    field(entry.requestId),
    field(entry.recordedAt),
  );
}

/** The entry's place holder in the log: SHA-256 over `00` and `auditLeafBytes`. */
export async function auditLeafHash(
  entry: SealedAuditEntry,
  salt: Uint8Array,
  sha256: Sha256,
): Promise<Uint8Array> {
  return hashLeaf(auditLeafBytes(entry, salt), sha256);
}

function field(value: string | Uint8Array | null): Uint8Array {
  if (value === null) return Uint8Array.of(0);
  const bytes = typeof value === "string" ? encode(value) : value;
  const head = new Uint8Array(5);
  head[0] = 1;
  new DataView(head.buffer).setUint32(1, bytes.length);
  return concatBytes(head, bytes);
}

function encode(text: string): Uint8Array {
  // The encoder would write U+FFFD for half a surrogate pair: two texts, one encoding.
  if (HALF_PAIR.test(text)) throw new RangeError("a text is well-formed Unicode");
  return utf8.encode(text);
}

/** Flat JSON with sorted names; `JSON.stringify` writes numbers and texts as RFC 8785 asks. */
function canonicalFacts(facts: SealedAuditEntry["facts"]): string {
  const names = Object.keys(facts).sort();
  const pairs = names.map((name) => {
    const value = facts[name];
    const isPlain = value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
    if (!isPlain) throw new RangeError("a fact is a text, a finite number, true, false or null");
    if (HALF_PAIR.test(name) || (typeof value === "string" && HALF_PAIR.test(value)))
      throw new RangeError("a text is well-formed Unicode");
    return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  });
  return `{${pairs.join(",")}}`;
}
