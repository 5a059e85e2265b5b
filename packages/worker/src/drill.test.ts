import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { commitParams } from "./testing/fake-server.js";
import { WorkerBench } from "./testing/worker-bench.js";

const HOSTILE = [
  "$(id)",
  "`id`",
  "${{ github.token }}",
  "; curl evil | sh",
  "--upload-pack=id",
  "-C/tmp",
  "../../.github/workflows/pulse.yml",
  ".github/workflows/pulse.yml",
  "worker.mjs",
  "allow.json",
  "pulse/../worker.mjs",
  "pulse/x.sh",
  "pulse/x.mjs",
  "pulse/.gitattributes",
  "x\nPulse-Run: 1",
  "\u0000",
  "__proto__",
];
const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "grapheme", maxLength: 40 }));
const value: fc.Arbitrary<unknown> = fc.oneof(text, fc.constantFrom(null, 1, true, [], {}), fc.array(text));

/** What somebody may ask who has every key and the whole code of the server: good parameters, some of them changed. */
const asked = fc
  .constantFrom(
    { kind: "commit", params: commitParams() },
    { kind: "keepalive", params: { owner: "alice", repo: "keepstreak-pulse", workflows: ["pulse.yml"] } },
    {
      kind: "dispatch",
      params: { owner: "alice", repo: "keepstreak-pulse", workflow: "ci.yml", inputs: { target: "staging" } },
    },
    {
      kind: "rollback",
      params: {
        owner: "alice",
        repo: "keepstreak-pulse",
        workflow: "ci.yml",
        environment: "production",
        deploymentId: "dep_1",
        expectedSha: "a".repeat(40),
      },
    },
    { kind: "update", params: { manifest: { text: "{}", signatures: ["AAAA"] }, roots: [] } },
    { kind: "shell", params: { command: "id" } },
  )
  .chain(({ kind, params }) =>
    fc
      .tuple(
        fc.constantFrom(kind, kind, kind, "commit", "update"),
        fc.dictionary(fc.constantFrom(...Object.keys(params), "run", "env"), value, { maxKeys: 2 }),
        fc.dictionary(text, text, { maxKeys: 2 }),
      )
      .map(([as, changes, inputs]) => ({
        kind: as,
        params: {
          ...params,
          ...("inputs" in params && Object.keys(changes).length === 0
            ? { inputs: { ...(params["inputs"] as Record<string, string>), ...inputs } }
            : {}),
          ...changes,
        },
      })),
  );

let bench: WorkerBench;
beforeEach(() => {
  bench = new WorkerBench();
  bench.github.push({
    "worker.mjs": "// mine",
    ".github/workflows/pulse.yml": "on: schedule",
    "src/app.ts": "",
  });
  bench.github.workflows.set("ci.yml", "active");
  bench.allow({
    kinds: ["commit", "keepalive", "dispatch"],
    workflows: { "pulse.yml": { inputs: {} }, "ci.yml": { inputs: { target: "staging|test" } } },
    dailyCaps: { commit: 100_000, dispatch: 100_000 },
  });
});

describe("a server that was stolen whole", () => {
  it("UPD-10 UPD-11 gets nothing from a worker but text in the data folder and what the user's list allows", async () => {
    const own = Object.entries(bench.github.files);
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 4 }), async (runs) => {
        for (const { kind, params } of runs) bench.server.enqueue(kind, params);
        await bench.wake();
        const { files, refs, started } = bench.github;
        for (const [path, content] of own) expect(files[path]).toBe(content);
        const added = Object.keys(files).filter((path) => !own.some(([known]) => known === path));
        for (const path of added) expect(path).toMatch(/^pulse\/[A-Za-z0-9_./-]+\.(?:md|txt|log|csv|json)$/);
        for (const name of refs.keys())
          expect(name).toMatch(/^tags\/keepstreak-run\/[\d-]{10}\/dispatch\/[0-9a-f-]{36}$/);
        for (const start of started)
          expect([
            start.workflow,
            start.ref,
            ["staging", "test", undefined].includes(start.inputs["target"]),
          ]).toEqual(["ci.yml", "main", true]);
        for (const start of started)
          expect(Object.keys(start.inputs).filter((name) => name !== "target")).toEqual([]);
      }),
      { numRuns: 80 },
    );
    const outcomes = new Set(bench.server.reports.map(({ result }) => result.outcome));
    expect(outcomes).toContain("succeeded");
    expect(outcomes).toContain("refused");
  });
});
