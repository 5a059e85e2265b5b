import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllowList } from "./allow-list.js";
import { isMarker } from "./marker.js";
import { DATA_FOLDER, renderAllowList } from "./render-allow-list.js";
import { renderReadme } from "./render-readme.js";
import { renderWorkflow } from "./render-workflow.js";
import { WORKER_VERSION } from "./version.js";

const workflow = renderWorkflow({ cronMinute: 17, serverUrl: "https://pulse.example/app" });

describe("the generated workflow", () => {
  it("wakes every hour at the drawn minute, and when somebody asks", () => {
    expect(workflow).toContain('    - cron: "17 * * * *"');
    expect(workflow).toMatch(/^ {2}workflow_dispatch:$/m);
    expect(workflow).toMatch(/^ {2}repository_dispatch:$/m);
  });

  it("UPD-09 holds three permissions, no action of anybody, no trigger that strangers can pull", () => {
    const permissions = /^permissions:\n((?: {2}.+\n)+)/m.exec(workflow)?.[1];
    expect(permissions).toBe("  contents: write\n  actions: write\n  id-token: write\n");
    expect(workflow.match(/permissions:/g)).toHaveLength(1);
    expect(workflow).not.toMatch(/uses:|pull_request|cache|push:/);
  });

  it("UPD-11 puts nothing into the shell but variables of the runner", () => {
    const script = workflow.slice(workflow.indexOf("run: |"));
    expect(script).not.toContain("${{");
    expect(workflow.match(/\$\{\{ .+? \}\}/g)).toEqual([
      "${{ secrets.KEEPSTREAK_CLIENT_ID }}",
      "${{ secrets.HANDSHAKE_SECRET }}",
      "${{ github.token }}",
    ]);
  });

  it("runs one at a time and not for ever", () => {
    expect(workflow).toMatch(/^concurrency:\n {2}group: keepstreak-pulse\n {2}cancel-in-progress: false$/m);
    expect(workflow).toMatch(/^ {4}timeout-minutes: 10$/m);
  });

  it("carries the server's origin only, quoted", () => {
    expect(workflow).toContain('KEEPSTREAK_SERVER_URL: "https://pulse.example"');
    const hostile = 'https://pulse.example/"\n        run: id';
    expect(renderWorkflow({ cronMinute: 17, serverUrl: hostile })).toBe(workflow);
  });

  it.each([-1, 60, 1.5, Number.NaN])("refuses the minute %d", (cronMinute) => {
    expect(() => renderWorkflow({ cronMinute, serverUrl: "https://pulse.example" })).toThrow(RangeError);
  });

  it("refuses plain HTTP to another machine, and allows it on this one", () => {
    expect(() => renderWorkflow({ cronMinute: 1, serverUrl: "http://pulse.example" })).toThrow(RangeError);
    expect(renderWorkflow({ cronMinute: 1, serverUrl: "http://localhost:3000" })).toContain(
      '"http://localhost:3000"',
    );
  });
});

describe("the generated allow-list", () => {
  it("is one that the worker reads, for this repository and the data folder only", () => {
    expect(parseAllowList(Buffer.from(renderAllowList({ repository: "alice/pulse" })))).toEqual({
      version: 1,
      branches: null,
      kinds: ["verify", "commit", "keepalive", "update"],
      repositories: ["alice/pulse"],
      dataFolder: DATA_FOLDER,
      workflows: { "pulse.yml": { inputs: {} } },
      dailyCaps: { commit: 24 },
      updates: "ask",
    });
  });
});

describe("the rest of a worker's repository", () => {
  it("explains every file and secret in the README", () => {
    const readme = renderReadme();
    for (const name of ["worker.mjs", "allow.json", "pulse.yml", "pulse/", "HANDSHAKE_SECRET"]) {
      expect(readme).toContain(name);
    }
  });

  it("is recognised by the script's first line", () => {
    expect(isMarker("// KeepStreak worker 9.9.9\n")).toBe(true);
    expect(isMarker("console.log('// KeepStreak worker ')")).toBe(false);
  });

  it("has the version of its package", () => {
    const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    expect((JSON.parse(text) as { version: string }).version).toBe(WORKER_VERSION);
  });
});
