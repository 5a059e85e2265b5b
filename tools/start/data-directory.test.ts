import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataDirectory } from "./data-directory.ts";
import { acquireDataLock } from "./data-lock.ts";
import { findProcessIdentity } from "./process-identity.ts";
import { loadLocalSecrets } from "./secrets.ts";
import { explainFileFailure } from "./start-failure.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pulsekeep-data-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("data directory", () => {
  it("opens again with the release that wrote it", () => {
    openDataDirectory(folder, "0.1.0");
    expect(() => openDataDirectory(folder, "0.1.0")).not.toThrow();
  });

  it("refuses data of a newer release and names it", () => {
    writeFileSync(path.join(folder, "version.json"), '{"format":99,"release":"7.0.0"}');
    expect(() => openDataDirectory(folder, "0.1.0")).toThrow(/PulseKeep 7\.0\.0.*newer/);
  });

  it("refuses a damaged version file instead of overwriting it", () => {
    writeFileSync(path.join(folder, "version.json"), "{");
    expect(() => openDataDirectory(folder, "0.1.0")).toThrow("damaged");
  });

  it("says so when its path is a file", () => {
    const file = path.join(folder, "occupied");
    writeFileSync(file, "");
    expect(() => openDataDirectory(path.join(file, "data"), "0.1.0")).toThrow("PULSEKEEP_DATA_DIR");
  });

  it.each([
    ["ENOSPC", "full"],
    ["EACCES", "may not write"],
    ["EROFS", "read-only"],
  ])("explains %s with a way out", (code, text) => {
    const error = Object.assign(new Error(code), { code });
    expect(explainFileFailure(error, "/data")).toHaveProperty("message", expect.stringContaining(text));
  });
});

describe("data lock", () => {
  const lockFile = () => path.join(folder, "pulsekeep.lock");

  it("refuses a second start and names the first one's process", () => {
    const lock = acquireDataLock(folder);
    expect(() => acquireDataLock(folder)).toThrow(`process ${process.pid}`);
    lock.release();
  });

  it("can be taken again after it was released", () => {
    acquireDataLock(folder).release();
    expect(() => acquireDataLock(folder).release()).not.toThrow();
  });

  it("takes over from a process that is gone", () => {
    writeFileSync(lockFile(), "999999999@1");
    acquireDataLock(folder);
    expect(readFileSync(lockFile(), "utf8")).toBe(findProcessIdentity(process.pid));
  });

  it("takes over when the pid belongs to a later process by now", () => {
    writeFileSync(lockFile(), `${process.pid}@1`);
    expect(() => acquireDataLock(folder)).not.toThrow();
  });

  it("leaves a lock alone that is no longer its own", () => {
    const lock = acquireDataLock(folder);
    writeFileSync(lockFile(), "1@someone-else");
    lock.release();
    expect(readFileSync(lockFile(), "utf8")).toBe("1@someone-else");
  });
});

describe("local secrets", () => {
  it("stay the same from start to start and are their owner's alone", () => {
    const first = loadLocalSecrets(folder);
    expect(loadLocalSecrets(folder)).toEqual(first);
    expect(statSync(path.join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
  });

  it("differ between installations and are long enough", () => {
    const other = mkdtempSync(path.join(tmpdir(), "pulsekeep-data-"));
    const [mine, theirs] = [loadLocalSecrets(folder), loadLocalSecrets(other)];
    rmSync(other, { recursive: true });
    expect(mine.authSecret).not.toBe(theirs.authSecret);
    expect(Buffer.from(mine.keyringKey, "base64url")).toHaveLength(32);
    expect(mine.authSecret.length).toBeGreaterThanOrEqual(32);
  });

  it("keep what they know and add what a newer release needs", () => {
    writeFileSync(path.join(folder, "secrets.json"), '{"authSecret":"kept","ofTheFuture":"kept too"}');
    expect(loadLocalSecrets(folder)).toMatchObject({ authSecret: "kept", keyringKey: expect.any(String) });
    expect(readFileSync(path.join(folder, "secrets.json"), "utf8")).toContain("kept too");
  });

  it("are never replaced when the file is damaged", () => {
    writeFileSync(path.join(folder, "secrets.json"), "{");
    expect(() => loadLocalSecrets(folder)).toThrow("damaged");
  });

  it("do not follow a link that somebody put in place of their draft", () => {
    const victim = path.join(folder, "victim");
    writeFileSync(victim, "untouched");
    symlinkSync(victim, path.join(folder, "secrets.json.new"));
    loadLocalSecrets(folder);
    expect(readFileSync(victim, "utf8")).toBe("untouched");
  });
});
