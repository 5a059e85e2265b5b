import { isSignedBy, type SignedText } from "./ed25519.js";
import { followRoots, type ReleaseRoot, type RootRefusal } from "./release-root.js";
import { isCount, isLater, readFields } from "./read-fields.js";

/** What a release key vouches for: one file, by its exact length and hash, for a time. */
export interface ReleaseManifest {
  /** `1.2.3`, each number of at most six digits. */
  version: string;
  /** Version of the root whose release key signs. */
  root: number;
  /** Bytes. */
  length: number;
  /** Lower-case hex of the file's SHA-256. */
  sha256: string;
  expiresAt: string;
}

export type ReleaseRefusal =
  | RootRefusal
  | "manifest_malformed"
  | "wrong_root"
  | "not_signed"
  | "expired"
  | "not_newer";

export type VerifiedRelease = { ok: true; manifest: ReleaseManifest } | { ok: false; reason: ReleaseRefusal };

const TYPE = "keepstreak-worker-release";
const FILE = "worker.mjs";
const FIELDS = ["file", "version", "root", "length", "sha256", "expiresAt"];
const VERSION = /^\d{1,6}\.\d{1,6}\.\d{1,6}$/;
/** The file is one script of 60 KiB; what is far beyond is not read. */
const MAX_LENGTH = 256 * 1024;

/** Writes a manifest as the text that is signed. */
export function writeReleaseManifest(manifest: ReleaseManifest): string {
  const { version, root, length, sha256, expiresAt } = manifest;
  return JSON.stringify({ type: TYPE, file: FILE, version, root, length, sha256, expiresAt });
}

/** Reads the text of a manifest; `undefined` for anything that is not exactly one, another file's included. */
export function readReleaseManifest(text: string): ReleaseManifest | undefined {
  const fields = readFields(text, TYPE, FIELDS);
  if (fields?.["file"] !== FILE) return undefined;
  const { version, root, length, sha256, expiresAt } = fields;
  if (typeof version !== "string" || !VERSION.test(version) || typeof expiresAt !== "string")
    return undefined;
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  if (!isCount(root) || !isCount(length, MAX_LENGTH)) return undefined;
  return { version, root, length, sha256, expiresAt };
}

/**
 * Checks a release against the root that the installed worker was released with.
 *
 * A version counts within its root only: whoever had the release key and signed the highest version there is
 * is undone by a new root, under which the numbers begin anew. (The Update Framework, fast-forward attacks.)
 */
export function verifyRelease(input: {
  /** Root of the installed worker. */
  trusted: ReleaseRoot;
  roots: readonly SignedText[];
  manifest: SignedText;
  installedVersion: string;
  now: Date;
}): VerifiedRelease {
  const { trusted, now } = input;
  const refused = (reason: ReleaseRefusal) => ({ ok: false, reason }) as const;
  const followed = followRoots(trusted, input.roots, now);
  if (!followed.ok) return followed;
  const { root } = followed;
  // Signature first: what nobody vouches for is not even read.
  if (!isSignedBy(input.manifest, "keepstreak/release/v1", root.releaseKey)) return refused("not_signed");
  const manifest = readReleaseManifest(input.manifest.text);
  if (manifest === undefined) return refused("manifest_malformed");
  if (manifest.root !== root.version) return refused("wrong_root");
  if (!isLater(manifest.expiresAt, now)) return refused("expired");
  const isNewer =
    root.version > trusted.version || compareVersions(manifest.version, input.installedVersion) > 0;
  return isNewer ? { ok: true, manifest } : refused("not_newer");
}

/** Negative, zero or positive as `left` is older than, the same as or newer than `right`. */
export function compareVersions(left: string, right: string): number {
  // Numbers have at most six digits, so that padded to six they are ordered as text.
  const padded = (version: string) => version.replace(/\d+/g, (number) => number.padStart(6, "0"));
  return padded(left) < padded(right) ? -1 : Number(padded(left) !== padded(right));
}
