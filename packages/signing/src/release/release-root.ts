import { decodeBase64url } from "../base64url.js";
import { isSignedBy, type SignedText } from "./ed25519.js";
import { isCount, isLater, readFields } from "./read-fields.js";

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

const ROOT = "keepstreak/release-root/v1";
const TYPE = "keepstreak-release-root";
const FIELDS = ["version", "expiresAt", "rootKey", "releaseKey"];
/** More replacements than any worker has missed. */
const MAX_ROOTS = 8;

/** Writes a root as the text that is signed. */
export function writeReleaseRoot({ version, expiresAt, rootKey, releaseKey }: ReleaseRoot): string {
  return JSON.stringify({ type: TYPE, version, expiresAt, rootKey, releaseKey });
}

/** Reads the text of a root; `undefined` for anything that is not exactly one. */
export function readReleaseRoot(text: string): ReleaseRoot | undefined {
  const fields = readFields(text, TYPE, FIELDS);
  if (fields === undefined) return undefined;
  const { version, expiresAt, rootKey, releaseKey } = fields;
  if (!isCount(version) || typeof expiresAt !== "string") return undefined;
  if (!isKey(rootKey) || !isKey(releaseKey) || rootKey === releaseKey) return undefined;
  return { version, expiresAt, rootKey, releaseKey };
}

/**
 * Goes from a trusted root to the newest, one version at a time: each is signed by the root key before it and by
 * its own, so that nobody is put in charge of a key that is not there. Only the last may not have expired: it is
 * what a long sleeper needs to wake up with. (The Update Framework, 5.3.)
 */
export function followRoots(trusted: ReleaseRoot, chain: readonly SignedText[], now: Date): FollowedRoots {
  const refused = (reason: RootRefusal) => ({ ok: false, reason }) as const;
  if (chain.length > MAX_ROOTS) return refused("root_malformed");
  let root = trusted;
  for (const signed of chain) {
    const next = readReleaseRoot(signed.text);
    if (next === undefined) return refused("root_malformed");
    // What the worker was released with already; the chain is handed out whole.
    if (next.version <= trusted.version) continue;
    if (next.version !== root.version + 1) return refused("root_not_next");
    if (!isSignedBy(signed, ROOT, root.rootKey)) return refused("root_not_signed");
    if (!isSignedBy(signed, ROOT, next.rootKey)) return refused("root_not_self_signed");
    root = next;
  }
  return isLater(root.expiresAt, now) ? { ok: true, root } : refused("root_expired");
}

function isKey(value: unknown): value is string {
  return typeof value === "string" && decodeBase64url(value)?.length === 32;
}
