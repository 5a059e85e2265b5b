import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runningFile } from "../start/running-file.ts";
import { readDemoOptions } from "./demo-options.ts";

const empty = mkdtempSync(path.join(tmpdir(), "pulsekeep-demo-"));
afterAll(() => rmSync(empty, { recursive: true }));
const read = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  readDemoOptions(args, { PULSEKEEP_DATA_DIR: empty, ...env });

describe("options of the demo", () => {
  it("deploys a version without a fault on this machine unless told otherwise", () => {
    expect(read([])).toMatchObject({
      version: "v1.5.0",
      baseUrl: "http://localhost:3000",
      account: { email: "demo@example.com" },
      appPort: 4200,
      stays: false,
    });
  });

  it("turns each fault into a version of its own, whose name does not tell", () => {
    const faults = ["none", "errors", "latency", "cpu", "traffic"];
    const versions = faults.map((fault) => read(["--fault", fault]).version);
    expect(new Set(versions).size).toBe(5);
    for (const version of versions) expect(version).toMatch(/^v\d+\.\d+\.\d+$/);
  });

  it("finds PulseKeep where npm start said", () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), "pulsekeep-demo-"));
    writeFileSync(runningFile(dataDir), JSON.stringify({ url: "http://localhost:3007" }));
    expect(read([], { PULSEKEEP_DATA_DIR: dataDir }).baseUrl).toBe("http://localhost:3007");
    expect(read(["--base", "http://127.0.0.1:3008/app"], { PULSEKEEP_DATA_DIR: dataDir }).baseUrl).toBe(
      "http://127.0.0.1:3008",
    );
    rmSync(dataDir, { recursive: true });
  });

  it("makes no account with a known password on another machine", () => {
    expect(() => read(["--base", "https://pulse.example.com"])).toThrow(/--email and --password/);
    const own = ["--email", "a@example.com", "--password", "p"];
    expect(read(["--base", "https://pulse.example.com", ...own]).account).toEqual({
      email: "a@example.com",
      password: "p",
    });
  });

  it.each([
    [["--fault", "memory"], /--fault is "memory"/],
    [["--fault", "toString"], /--fault is "toString"/],
    [["--base", "ftp://x"], /--base/],
    [["--port", "80"], /1024/],
    [["--email", "a@example.com"], /both/],
    [["--speed", "9"], /--speed/],
  ])("refuses %j and says why", (args, message) => {
    expect(() => read(args)).toThrow(message);
  });
});
