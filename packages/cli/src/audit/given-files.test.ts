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
  checkpoint: NOTE,
  entries: [],
  next: null,
};

let folder: string;
const file = (name: string) => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "given-"));
  await writeFile(file("note.txt"), NOTE);
  await writeFile(file("copied.txt"), `${NOTE}\n\n`);
  await writeFile(file("export.json"), JSON.stringify(EXPORT));
  await writeFile(file("other.json"), JSON.stringify({ ...EXPORT, format: "v0" }));
  await writeFile(file("hollow.json"), JSON.stringify({ ...EXPORT, checkpoint: "" }));
});
afterAll(() => rm(folder, { recursive: true }));

describe("files for the verification", () => {
  it("are checkpoints and exports, however many", async () => {
    expect(await readGivenFiles([file("note.txt"), file("export.json"), file("copied.txt")])).toEqual({
      exports: [{ file: file("export.json"), exported: EXPORT }],
      checkpoints: [NOTE, NOTE],
    });
  });

  it("are refused when they are neither", async () => {
    for (const name of ["other.json", "hollow.json"])
      await expect(readGivenFiles([file(name)])).rejects.toMatchObject({
        code: "no_audit_export",
        exitCode: 2,
      });
    await expect(readGivenFiles([file("gone.json")])).rejects.toMatchObject({ code: "file_unreadable" });
  });

  it("are held against a server's log only when one is named", async () => {
    const terminal = testTerminal({ cwd: folder });
    expect(await runCli(["audit", "verify", "note.txt", "--json"], terminal)).toBe(2);
    expect(JSON.parse(terminal.printed.join(""))).toMatchObject({ error: { code: "server_missing" } });
    // Two need a log to be held against, one alone is verified for itself.
    const two = testTerminal({ cwd: folder });
    expect(await runCli(["audit", "verify", "export.json", "note.txt", "--json"], two)).toBe(2);
    expect(JSON.parse(two.printed.join(""))).toMatchObject({ error: { code: "server_missing" } });
    const alone = testTerminal({ cwd: folder });
    expect(await runCli(["audit", "verify", "export.json", "--json"], alone)).toBe(1);
    expect(JSON.parse(alone.printed.join(""))).toMatchObject({
      verified: false,
      findings: [{ kind: "unknown_key" }],
    });
  });
});
