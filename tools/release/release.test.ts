import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeReleaseRoot } from "@pulsekeep/signing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKeyFile, readKeyFile, type SigningKey } from "./key-files.ts";
import { readRelease, type ReleaseFile } from "./read-release.ts";
import { createRootFiles, readRootFiles, replaceRoot } from "./root-files.ts";
import { signRelease } from "./sign-release.ts";

const now = new Date("2026-03-14T09:26:53.000Z");
const expiresAt = new Date("2026-09-14T00:00:00.000Z");
const rootExpiresAt = "2031-01-01T00:00:00.000Z";

let folder: string;
let checkout: string;
let roots: string;
let rootKey: SigningKey;
let releaseKey: SigningKey;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "release-"));
  checkout = path.join(folder, "checkout");
  roots = path.join(checkout, "release");
  [rootKey, releaseKey] = [makeKey("root.key"), makeKey("release.key")];
  createRootFiles(roots, {
    version: 1,
    expiresAt: rootExpiresAt,
    rootKey: rootKey.publicKey,
    releaseKey: releaseKey.publicKey,
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

function makeKey(name: string, passphrase?: string): SigningKey {
  return createKeyFile(path.join(folder, "keys", name), { checkout, passphrase });
}

const bundleOf = (version = "0.2.0") =>
  Buffer.from(`// KeepStreak worker ${version}\nconst root = '${readRootFiles(roots).text}';\n`);

const sign = (change: Partial<Parameters<typeof signRelease>[1]> = {}, source = bundleOf()) =>
  signRelease(source, {
    roots: readRootFiles(roots),
    key: releaseKey,
    expiresAt,
    outFolder: path.join(folder, "out"),
    now,
    ...change,
  });

describe("a key", () => {
  it("is readable by its owner only, and by nobody without its passphrase", () => {
    const file = path.join(folder, "keys", "sealed.key");
    const made = makeKey("sealed.key", "a long passphrase");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toContain("ENCRYPTED PRIVATE KEY");
    expect(readKeyFile(file, "a long passphrase").publicKey).toBe(made.publicKey);
    expect(() => readKeyFile(file, "another")).toThrow("cannot be read");
    expect(() => readKeyFile(file, undefined)).toThrow("cannot be read");
  });

  it("is never written into the checkout, nor over another", () => {
    expect(() => makeKey("root.key")).toThrow("never overwritten");
    const inside = path.join(checkout, "x", "root.key");
    expect(() => createKeyFile(inside, { checkout, passphrase: undefined })).toThrow("in the checkout");
    expect(() => createRootFiles(roots, readRootFiles(roots).root)).toThrow("replace its keys");
  });
});

describe("a release", () => {
  it("that was signed is one that workers take", () => {
    const made = sign();
    expect(readRelease(made, { trusted: readRootFiles(roots).root, now })).toMatchObject({
      version: "0.2.0",
      root: 1,
      length: bundleOf().length,
    });
  });

  it("is never signed twice, and not for what no worker would take", () => {
    sign();
    expect(() => sign()).toThrow("never replaced");
    const next = bundleOf("0.3.0");
    expect(() => sign({ key: rootKey }, next)).toThrow("not the release key");
    expect(() => sign({ expiresAt: new Date("2032-01-01") }, next)).toThrow("outlive its root");
    expect(() => sign({}, Buffer.from("// KeepStreak worker 0.3.0\n"))).toThrow("another root");
    expect(() => sign({}, Buffer.from("console.log(1)"))).toThrow("no bundled worker");
    expect(() => sign({}, Buffer.concat([next, Buffer.alloc(60 * 1024)]))).toThrow("may have");
    expect(() => sign({ now: new Date("2027-01-01") }, next)).toThrow("expired");
  });

  it("that was changed after its signing is refused", () => {
    const made = sign();
    const trusted = readRootFiles(roots).root;
    const file = path.join(made, "worker.mjs");
    writeFileSync(file, readFileSync(file, "utf8").replace("const", "let  "));
    expect(() => readRelease(made, { trusted, now })).toThrow("another hash");
    const manifest = path.join(made, "release.json");
    const release = JSON.parse(readFileSync(manifest, "utf8")) as ReleaseFile;
    release.manifest.text = release.manifest.text.replace("0.2.0", "9.9.9");
    writeFileSync(manifest, JSON.stringify(release));
    expect(() => readRelease(made, { trusted, now })).toThrow("not_signed");
  });

  it("under the name of another version is refused", () => {
    const made = sign();
    const other = path.join(folder, "out", "0.9.0");
    mkdirSync(other);
    for (const name of ["worker.mjs", "release.json"])
      writeFileSync(path.join(other, name), readFileSync(path.join(made, name)));
    expect(() => readRelease(other, { trusted: readRootFiles(roots).root, now })).toThrow("not named after");
  });
});

describe("a replacement of keys", () => {
  const replaceBy = (next: { release: SigningKey; own: SigningKey }, old = rootKey) =>
    replaceRoot(
      roots,
      { expiresAt: rootExpiresAt, rootKey: next.own.publicKey, releaseKey: next.release.publicKey },
      { old, own: next.own },
      now,
    );

  it("is followed by workers of the first root, through every root between", () => {
    const first = readRootFiles(roots).root;
    const second = makeKey("release-2.key");
    replaceBy({ release: second, own: rootKey });
    const [third, newRoot] = [makeKey("release-3.key"), makeKey("root-3.key")];
    replaceBy({ release: third, own: newRoot });
    expect(readRootFiles(roots).root.version).toBe(3);
    const made = sign({ key: third }, bundleOf());
    expect(readRelease(made, { trusted: first, now })).toMatchObject({ root: 3 });
    expect(() => sign({ key: second }, bundleOf("0.3.0"))).toThrow("not the release key of root 3");
  });

  it("is made by the root key alone", () => {
    const next = { release: makeKey("release-2.key"), own: makeKey("root-2.key") };
    const before = writeReleaseRoot(readRootFiles(roots).root);
    expect(() => replaceBy(next, releaseKey)).toThrow("root_not_signed");
    expect(writeReleaseRoot(readRootFiles(roots).root)).toBe(before);
  });
});
