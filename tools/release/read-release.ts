import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type ReleaseManifest, type ReleaseRoot, type SignedText, verifyRelease } from "@pulsekeep/signing";
import { ReleaseFailure } from "./release-failure.ts";

/** What lies beside a released worker. */
export interface ReleaseFile {
  manifest: SignedText;
  /** Replacements of the keys, oldest first. */
  roots: SignedText[];
}

/**
 * Reads a release and checks it as a worker of version 0.0.0 with the root `trusted` would.
 *
 * @throws ReleaseFailure with the reason why it would be refused
 */
export function readRelease(
  folder: string,
  { trusted, now }: { trusted: ReleaseRoot; now: Date },
): ReleaseManifest {
  const source = readFileSync(path.join(folder, "worker.mjs"));
  const { manifest, roots } = JSON.parse(
    readFileSync(path.join(folder, "release.json"), "utf8"),
  ) as ReleaseFile;
  const verified = verifyRelease({ trusted, roots, manifest, installedVersion: "0.0.0", now });
  if (!verified.ok) throw new ReleaseFailure(`${folder} is refused: ${verified.reason}.`);
  const { length, sha256, version } = verified.manifest;
  if (source.length !== length)
    throw new ReleaseFailure(`${folder} is refused: the file has another length.`);
  if (createHash("sha256").update(source).digest("hex") !== sha256)
    throw new ReleaseFailure(`${folder} is refused: the file has another hash.`);
  if (path.basename(path.resolve(folder)) !== version)
    throw new ReleaseFailure(`${folder} is refused: the folder is not named after version ${version}.`);
  return verified.manifest;
}
