import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { signText, writeReleaseManifest } from "@pulsekeep/signing";
import type { SigningKey } from "./key-files.ts";
import { ReleaseFailure } from "./release-failure.ts";
import { readRelease, type ReleaseFile } from "./read-release.ts";
import type { RootFiles } from "./root-files.ts";

const MAX_BYTES = 60 * 1024;

/**
 * Signs a bundled worker and writes it below `outFolder/<version>`: the file, and beside it what a server hands out
 * with it. Returns that folder.
 *
 * @throws ReleaseFailure when the release could not be installed or would be a dead end
 */
export function signRelease(
  source: Buffer,
  {
    roots,
    key,
    expiresAt,
    outFolder,
    now,
  }: {
    roots: RootFiles;
    key: SigningKey;
    expiresAt: Date;
    outFolder: string;
    now: Date;
  },
): string {
  const text = source.toString("utf8");
  const [, version] = /^\/\/ KeepStreak worker (\d+\.\d+\.\d+)\n/.exec(text) ?? [];
  if (version === undefined) throw new ReleaseFailure("The file is no bundled worker.");
  if (source.length > MAX_BYTES)
    throw new ReleaseFailure(`The worker has ${source.length} bytes, and may have ${MAX_BYTES}.`);
  // A worker that trusts another root could be updated by nobody, or by somebody else.
  if (!text.includes(`'${roots.text}'`))
    throw new ReleaseFailure("The worker was bundled with another root: bundle it again.");
  if (key.publicKey !== roots.root.releaseKey)
    throw new ReleaseFailure(`The key is not the release key of root ${roots.root.version}.`);
  if (expiresAt.toISOString() > roots.root.expiresAt)
    throw new ReleaseFailure(`The release would outlive its root, which ends ${roots.root.expiresAt}.`);
  const folder = path.join(outFolder, version);
  if (existsSync(folder))
    throw new ReleaseFailure(`${folder} is there already: a release is never replaced.`);
  const manifest = writeReleaseManifest({
    version,
    root: roots.root.version,
    length: source.length,
    sha256: createHash("sha256").update(source).digest("hex"),
    expiresAt: expiresAt.toISOString(),
  });
  const signatures = [signText(manifest, "keepstreak/release/v1", key.privateKey)];
  const release: ReleaseFile = { manifest: { text: manifest, signatures }, roots: roots.chain };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "worker.mjs"), source);
  writeFileSync(path.join(folder, "release.json"), `${JSON.stringify(release, null, 2)}\n`);
  readRelease(folder, { trusted: roots.root, now });
  return folder;
}
