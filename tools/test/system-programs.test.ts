import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chromium, findProgram, installAdvice, systemPrograms } from "./system-programs.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pulsekeep-path-"));
  writeFileSync(path.join(folder, "chromium"), "");
  writeFileSync(path.join(folder, "google-chrome"), "#!/bin/sh\n");
  chmodSync(path.join(folder, "google-chrome"), 0o755);
});

afterAll(() => rmSync(folder, { recursive: true }));

it("finds a program under any of its names, but only when it can be run", () => {
  expect(findProgram(chromium, `/nowhere:${folder}`)).toBe(path.join(folder, "google-chrome"));
});

it("finds nothing on an empty PATH", () => {
  expect(findProgram(chromium, "")).toBeUndefined();
});

it("names everything that is missing and the command that installs it", () => {
  const advice = installAdvice(systemPrograms.slice(1));
  expect(advice).toContain("redis-server, chromium");
  expect(advice).toContain("sudo apt-get install redis-server chromium");
});
