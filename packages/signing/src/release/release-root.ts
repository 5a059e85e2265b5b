import { decodeBase64url } from "../base64url.js";
import { parseStrictJson } from "../strict-json.js";
import { isSignedBy, type SignedText } from "./ed25519.js";
import { isLater, readExactly } from "./strict-fields.js";

/**
 * Who may sign releases: one release key, and one root key, kept apart and offline, that alone can replace
 * either. Keys are Ed25519 public keys, 32 bytes in unpadded base64url.
 */
export interface ReleaseRoot {
  /** Counts up by one with each replacement. */
  version: number;
  expiresAt: string;
  rootKey: string;
  releaseKey: string;
}

export type RootRefusal =
  | "root_malformed"
  | "root_not_next"
  | "root_not_signed"
  | "root_not_self_signed"
  | "root_expired";

export type FollowedRoots = { ok: true; root: ReleaseRoot } | { ok: false; reason: RootRefusal };

const TYPE = "keepstreak-release-root";
const FIELDS = ["type", "version", "expiresAt", "rootKey", "releaseKey"];
/** More replacements than any worker has missed. */
const MAX_ROOTS = 8;

/** Writes a root as the text that is signed. */
export function writeReleaseRoot({ version, expiresAt, rootKey, releaseKey }: ReleaseRoot): string {
  return JSON.stringify({ type: TYPE, version, expiresAt, rootKey, releaseKey });
}

/** Reads the text of a root; `undefined` for anything that is not exactly one. */
export function readReleaseRoot(text: string): ReleaseRoot | undefined {
  const parsed = parseStrictJson(Buffer.from(text));
  const fields = parsed.ok ? readExactly(parsed.value, FIELDS) : undefined;
  if (fields === undefined || fields["type"] !== TYPE) return undefined;
  const { version, expiresAt, rootKey, releaseKey } = fields;
  if (!Number.isSafeInteger(version) || (version as number) < 1 || typeof expiresAt !== "string")
    return undefined;
  if (!isKey(rootKey) || !isKey(releaseKey) || rootKey === releaseKey) return undefined;
  return { version: version as number, expiresAt, rootKey, releaseKey };
}

/**
 * Goes from a trusted root to the newest, one version at a time: each is signed by the root key before it and by
 * its own, so that nobody is put in charge of a key that is not there. Only the last may not have expired: it is
 * what a long sleeper needs to wake up with. (The Update Framework, 5.3.)
 */
export function followRoots(trusted: ReleaseRoot, chain: readonly SignedText[], now: Date): FollowedRoots {
  if (chain.length > MAX_ROOTS) return { ok: false, reason: "root_malformed" };
  let root = trusted;
  for (const signed of chain) {
    const next = readReleaseRoot(signed.text);
    if (next === undefined) return { ok: false, reason: "root_malformed" };
    // What the worker was released with already; the chain is handed out whole.
    if (next.version <= trusted.version) continue;
    if (next.version !== root.version + 1) return { ok: false, reason: "root_not_next" };
    if (!isSignedBy(signed, "keepstreak/release-root/v1", root.rootKey))
      return { ok: false, reason: "root_not_signed" };
    if (!isSignedBy(signed, "keepstreak/release-root/v1", next.rootKey))
      return { ok: false, reason: "root_not_self_signed" };
    root = next;
  }
  return isLater(root.expiresAt, now) ? { ok: true, root } : { ok: false, reason: "root_expired" };
}

function isKey(value: unknown): value is string {
  return typeof value === "string" && decodeBase64url(value)?.length === 32;
}
