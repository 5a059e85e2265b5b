// `npm run release -- <command>`: keys, signed releases of the worker, and their check (docs/releases.md).
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { createKeyFile, readKeyFile } from "./key-files.ts";
import { readRelease } from "./read-release.ts";
import { ReleaseFailure } from "./release-failure.ts";
import { createRootFiles, readRootFiles, replaceRoot } from "./root-files.ts";
import { signRelease } from "./sign-release.ts";

const USAGE = `npm run release -- <command>
  keys    --out <folder>                        makes a root key and a release key, outside of the checkout
  replace --root-key <file> --out <folder>      puts a new release key in place; --new-root replaces both
  sign    --key <file> --out <folder>           bundles the worker and signs it; --days <1 to 366>, 180 unless told
  verify  <folder>                              checks a signed release
--roots <folder> is where the public root lies; packages/worker/release unless told.
With RELEASE_PASSPHRASE set, keys are written and read under it.`;

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const DAY_MS = 86_400_000;
const ROOT_DAYS = 5 * 365;

const now = new Date();
const passphrase = process.env["RELEASE_PASSPHRASE"] || undefined;
const inDays = (days: number) => new Date(Math.floor(now.getTime() / 1_000) * 1_000 + days * DAY_MS);

const { values, positionals } = readArguments();
const rootFolder = path.resolve(values.roots ?? path.join(checkout, "packages/worker/release"));
const need = (name: "out" | "key" | "root-key"): string => {
  const value = values[name];
  if (value === undefined) throw new ReleaseFailure(`--${name} is missing.\n\n${USAGE}`);
  return path.resolve(value);
};

const COMMANDS: Record<string, () => void | Promise<void>> = { keys, replace, sign, verify };

try {
  const command = COMMANDS[positionals[0] ?? ""];
  if (!command) throw new ReleaseFailure(USAGE);
  await command();
} catch (error) {
  if (!(error instanceof ReleaseFailure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function keys(): void {
  const make = (name: string) => createKeyFile(path.join(need("out"), name), { checkout, passphrase });
  const [root, release] = [make("root.key"), make("release-1.key")];
  const expiresAt = inDays(ROOT_DAYS).toISOString();
  createRootFiles(rootFolder, {
    version: 1,
    expiresAt,
    rootKey: root.publicKey,
    releaseKey: release.publicKey,
  });
  say(`Keys are in ${need("out")}. The public root is in ${rootFolder}: commit it.`);
}

function replace(): void {
  const old = readKeyFile(need("root-key"), passphrase);
  const version = readRootFiles(rootFolder).root.version + 1;
  const make = (name: string) => createKeyFile(path.join(need("out"), name), { checkout, passphrase });
  const own = values["new-root"] ? make(`root-${version}.key`) : old;
  const release = make(`release-${version}.key`);
  const expiresAt = inDays(ROOT_DAYS).toISOString();
  const next = { expiresAt, rootKey: own.publicKey, releaseKey: release.publicKey };
  replaceRoot(rootFolder, next, { old, own }, now);
  say(`Root ${version} is in ${rootFolder}: commit it, then sign the next release with the new key.`);
}

async function sign(): Promise<void> {
  const days = Number(values.days ?? 180);
  if (!Number.isInteger(days) || days < 1 || days > 366)
    throw new ReleaseFailure(`--days is 1 to 366.\n\n${USAGE}`);
  const key = readKeyFile(need("key"), passphrase);
  const folder = signRelease(await bundle(), {
    roots: readRootFiles(rootFolder),
    key,
    expiresAt: inDays(days),
    outFolder: need("out"),
    now,
  });
  say(`${folder} is signed. Put it into <data>/releases of the server.`);
}

function verify(): void {
  const [, folder] = positionals;
  if (folder === undefined) throw new ReleaseFailure(USAGE);
  const { version, sha256, expiresAt } = readRelease(folder, {
    trusted: readRootFiles(rootFolder).root,
    now,
  });
  say(`Worker ${version} is signed by the release key.\nsha256 ${sha256}\nvalid until ${expiresAt}`);
}

async function bundle(): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), "worker-release-"));
  const file = path.join(folder, "worker.mjs");
  try {
    const bundler = path.join(checkout, "packages/worker/bundle.mjs");
    await promisify(execFile)(process.execPath, [bundler, file, path.join(rootFolder, "root.json")]);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function readArguments() {
  const text = { type: "string" } as const;
  const options = {
    out: text,
    key: text,
    "root-key": text,
    days: text,
    roots: text,
    "new-root": { type: "boolean" },
  } as const;
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : "?"}\n\n${USAGE}\n`);
    process.exit(1);
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
