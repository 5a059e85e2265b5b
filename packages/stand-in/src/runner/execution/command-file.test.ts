import fc from "fast-check";
import { mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseAssignments, readCommandFile } from "./command-file.js";

describe("reading", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "command-file-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  test("takes a plain file and refuses a link, a missing file and one that is too large", async () => {
    const path = join(directory, "output");
    await writeFile(path, "a=1\n");
    expect(await readCommandFile(path)).toBe("a=1\n");
    await symlink(path, join(directory, "link"));
    await expect(readCommandFile(join(directory, "link"))).rejects.toThrow("cannot be read");
    await expect(readCommandFile(join(directory, "none"))).rejects.toThrow("cannot be read");
    await truncate(path, 1024 * 1024 + 1);
    await expect(readCommandFile(path)).rejects.toThrow("is over");
  });
});

describe("environment files", () => {
  test("reads lines and blocks, the later of two winning", () => {
    const text = "a=1\nb<<EOT\none\ntwo=2\nEOT\na=3\nempty=\nurl=x=y\n";
    expect([...parseAssignments(text)]).toEqual([
      ["a", "3"],
      ["b", "one\ntwo=2"],
      ["empty", ""],
      ["url", "x=y"],
    ]);
  });

  test.each(["nonsense", "=value", "a<<END\nopen", "a<<\n\n", "<<END\nx\nEND"])("refuses %j", (text) => {
    expect(() => parseAssignments(text)).toThrow(/Invalid/);
  });

  test("a block keeps any text whose lines are not its delimiter", () => {
    const lines = fc.array(fc.string().filter((line) => !/[\r\n]/.test(line) && line !== "END-1"));
    fc.assert(
      fc.property(lines, (value) => {
        const text = `name<<END-1\n${value.map((line) => `${line}\n`).join("")}END-1\n`;
        expect(parseAssignments(text).get("name")).toBe(value.join("\n"));
      }),
    );
  });
});
