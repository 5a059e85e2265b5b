import { parseStrictJson } from "../strict-json.js";
import { isSignedBy, type SignedText } from "./ed25519.js";
import { followRoots, type ReleaseRoot, type RootRefusal } from "./release-root.js";
import { isLater, readExactly } from "./strict-fields.js";

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
const FIELDS = ["type", "file", "version", "root", "length", "sha256", "expiresAt"];
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
  const parsed = parseStrictJson(Buffer.from(text));
  const fields = parsed.ok ? readExactly(parsed.value, FIELDS) : undefined;
  if (fields === undefined || fields["type"] !== TYPE || fields["file"] !== FILE) return undefined;
  const { version, root, length, sha256, expiresAt } = fields;
  if (typeof version !== "string" || !VERSION.test(version) || typeof expiresAt !== "string")
    return undefined;
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  if (!isCount(root, Number.MAX_SAFE_INTEGER) || !isCount(length, MAX_LENGTH)) return undefined;
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
  const followed = followRoots(input.trusted, input.roots, input.now);
  if (!followed.ok) return followed;
  const { root } = followed;
  // Signature first: what nobody vouches for is not even read.
  if (!isSignedBy(input.manifest, "keepstreak/release/v1", root.releaseKey))
    return { ok: false, reason: "not_signed" };
  const manifest = readReleaseManifest(input.manifest.text);
  if (manifest === undefined) return { ok: false, reason: "manifest_malformed" };
  if (manifest.root !== root.version) return { ok: false, reason: "wrong_root" };
  if (!isLater(manifest.expiresAt, input.now)) return { ok: false, reason: "expired" };
  const isNewer =
    root.version > input.trusted.version || compareVersions(manifest.version, input.installedVersion) > 0;
  return isNewer ? { ok: true, manifest } : { ok: false, reason: "not_newer" };
}

/** Negative, zero or positive as `left` is older than, the same as or newer than `right`. */
export function compareVersions(left: string, right: string): number {
  const [one, other] = [left.split(".").map(Number), right.split(".").map(Number)];
  for (const at of [0, 1, 2]) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function isCount(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= max;
}
