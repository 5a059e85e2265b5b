import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  followRoots,
  type ReleaseRoot,
  readReleaseRoot,
  type SignedText,
  signText,
  writeReleaseRoot,
} from "@pulsekeep/signing";
import type { SigningKey } from "./key-files.ts";
import { ReleaseFailure } from "./release-failure.ts";

/** What the checkout knows of the keys: the root that new workers trust, and how it came to be. */
export interface RootFiles {
  root: ReleaseRoot;
  /** Text of the root, as workers carry it. */
  text: string;
  /** The signed replacements that led to it, oldest first. */
  chain: SignedText[];
}

const ROOT = "root.json";
const CHAIN = "roots.json";

/** @throws ReleaseFailure when there is none yet, or it is damaged */
export function readRootFiles(folder: string): RootFiles {
  if (!existsSync(path.join(folder, ROOT)))
    throw new ReleaseFailure(`No keys were made for this checkout yet: run "npm run release -- keys" first.`);
  const text = readFileSync(path.join(folder, ROOT), "utf8").trim();
  const root = readReleaseRoot(text);
  if (!root) throw new ReleaseFailure(`${path.join(folder, ROOT)} is no release root.`);
  const chain = JSON.parse(readFileSync(path.join(folder, CHAIN), "utf8")) as SignedText[];
  return { root, text, chain };
}

/** Writes the first root: a fresh start, which no worker in use will follow. */
export function createRootFiles(folder: string, root: ReleaseRoot): void {
  if (existsSync(path.join(folder, ROOT)))
    throw new ReleaseFailure(`${path.join(folder, ROOT)} is there already: replace its keys instead.`);
  writeRootFiles(folder, { root, chain: [] });
}

/**
 * Puts a new root in the place of the last one, signed by the old root key and by the new one.
 *
 * @throws ReleaseFailure when the old key is not the root's, so that no worker would follow
 */
export function replaceRoot(
  folder: string,
  next: Omit<ReleaseRoot, "version">,
  signers: { old: SigningKey; own: SigningKey },
  now: Date,
): ReleaseRoot {
  const { root: before, chain } = readRootFiles(folder);
  const root = { ...next, version: before.version + 1 };
  const text = writeReleaseRoot(root);
  const keys = signers.old.publicKey === signers.own.publicKey ? [signers.own] : [signers.old, signers.own];
  const signatures = keys.map(({ privateKey }) => signText(text, "keepstreak/release-root/v1", privateKey));
  const followed = followRoots(before, [{ text, signatures }], now);
  if (!followed.ok) throw new ReleaseFailure(`No worker would follow this root: ${followed.reason}.`);
  writeRootFiles(folder, { root, chain: [...chain, { text, signatures }] });
  return root;
}

function writeRootFiles(folder: string, { root, chain }: Pick<RootFiles, "root" | "chain">): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, ROOT), `${writeReleaseRoot(root)}\n`);
  writeFileSync(path.join(folder, CHAIN), `${JSON.stringify(chain, null, 2)}\n`);
}
