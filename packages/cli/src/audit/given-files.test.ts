import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../run-cli.js";
import { testTerminal } from "../test-terminal.js";
import { readGivenFiles } from "./given-files.js";

const NOTE = `pulse.example/audit\n3\n${Buffer.alloc(32).toString("base64")}\n\n— pulse.example/audit AAAAAAAA\n`;
const EXPORT = {
  format: "pulsekeep/audit-export/v1",
  origin: "pulse.example/audit",
  keys: [],
  checkpoints: [],
};

let folder: string;
const file = (name: string) => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "given-"));
  await writeFile(file("note.txt"), NOTE);
  await writeFile(file("copied.txt"), `${NOTE}\n\n`);
  await writeFile(file("export.json"), JSON.stringify(EXPORT));
  await writeFile(file("other.json"), JSON.stringify({ ...EXPORT, format: "v0" }));
});
afterAll(() => rm(folder, { recursive: true }));

describe("files for the verification", () => {
  it("are checkpoints, however many, or one exported log", async () => {
    expect(await readGivenFiles([file("note.txt"), file("copied.txt")])).toEqual({
      exported: undefined,
      checkpoints: [NOTE, NOTE],
    });
    const { exported } = await readGivenFiles([file("export.json")]);
    expect(await exported?.readLog(0)).toEqual({ origin: EXPORT.origin, keys: [], checkpoints: [] });
    expect(await exported?.findConsistency(1, 2)).toBeUndefined();
    expect(await exported?.findLeaves(0, 1)).toBeUndefined();
  });

  it("are refused when they are neither, or two logs", async () => {
    await expect(readGivenFiles([file("other.json")])).rejects.toMatchObject({
      code: "no_audit_export",
      exitCode: 2,
    });
    await expect(readGivenFiles([file("gone.json")])).rejects.toMatchObject({ code: "file_unreadable" });
    const two = [file("export.json"), file("export.json")];
    await expect(readGivenFiles(two)).rejects.toMatchObject({ code: "too_many_files" });
  });

  it("are held against a server's log only when one is named", async () => {
    const terminal = testTerminal({ cwd: folder });
    expect(await runCli(["audit", "verify", "note.txt", "--json"], terminal)).toBe(2);
    expect(JSON.parse(terminal.printed.join(""))).toMatchObject({ error: { code: "server_missing" } });
    const other = testTerminal({ cwd: folder });
    expect(await runCli(["audit", "verify", "export.json", "--json"], other)).toBe(2);
    expect(JSON.parse(other.printed.join(""))).toMatchObject({ error: { code: "no_checkpoint" } });
  });
});
