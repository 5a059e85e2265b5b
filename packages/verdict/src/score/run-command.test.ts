import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { runCommand } from "./run-command.js";
import { splitCases } from "./split-cases.js";

const folder = mkdtempSync(path.join(tmpdir(), "verdict-cases-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(text: string | Buffer, ...more: string[]) {
  const file = path.join(folder, "cases.jsonl");
  writeFileSync(file, text);
  const printed: string[] = [];
  const complaints: string[] = [];
  await runCommand(["--cases", file, ...more], {
    print: async (line) => void printed.push(line),
    complain: (line) => void complaints.push(line.replace(file, "FILE")),
  });
  return { printed, complaints };
}
const answersOf = ({ printed }: { printed: string[] }) =>
  printed.map(
    (line) => JSON.parse(line) as { id: string; state: string; regressed: unknown; confidence: unknown },
  );

const LEVEL = [100, 103, 98, 101, 99, 102, 100, 97, 101, 100];
const metricCase = (fields: object) => ({
  id: "a",
  metric_kind: "latency",
  step_s: 60,
  pre: LEVEL,
  post: [100, 102, 99],
  ...fields,
});
const lines = (...cases: unknown[]) => cases.map((one) => JSON.stringify(one)).join("\n");
const WORSE = { post: [300, 310, 290, 305] };

describe("the command on odd files", () => {
  it("prints nothing for an empty file and says so", async () => {
    for (const text of ["", "\n \r\n", "\uFEFF", "[]", "[ ]\n"])
      expect(await run(text), JSON.stringify(text)).toEqual({
        printed: [],
        complaints: ["FILE: no case in it"],
      });
    expect((await run("", "--score")).printed[0]).toContain("all          0");
  });

  it("reads line ends and marks of any system, and the last line without one", async () => {
    const text = lines(metricCase({ id: "a" }), metricCase({ id: "ü", ...WORSE }));
    const plain = await run(text);
    expect(answersOf(plain)).toMatchObject([
      { id: "a", state: "ok", regressed: false },
      { id: "ü", state: "rollback_recommended", regressed: true },
    ]);
    for (const other of [`\uFEFF${text.replaceAll("\n", "\r\n")}\r\n`, `\n${text}\n\n`, `  ${text}`])
      expect(await run(other)).toEqual(plain);
  });

  it("reads a list of cases as it reads lines", async () => {
    const cases = [metricCase({ id: 'a[{"', ...WORSE }), metricCase({ id: "b\\" }), metricCase({ id: "c" })];
    const plain = await run(lines(...cases));
    expect(plain.complaints).toEqual([]);
    for (const list of [
      JSON.stringify(cases),
      JSON.stringify(cases, null, 2),
      `\uFEFF\n${JSON.stringify(cases)}\n`,
    ])
      expect(await run(list)).toEqual(plain);
  });

  it("complains of each line that is no case, once, and answers the others in their order", async () => {
    const { printed, complaints } = await run(
      [
        lines(metricCase({ id: "first" })),
        "not json",
        '{"id":"cut","metric_kind":"cpu","pre":[0.1,',
        "[1]",
        "null",
        lines(
          metricCase({ id: undefined }),
          metricCase({ metric_kind: "speed" }),
          metricCase({ direction: "up" }),
          metricCase({ pre: undefined }),
          metricCase({ post: [1, {}, 2] }),
          metricCase({ post: [1, "fast", 2] }),
          metricCase({ step_s: 0 }),
          { id: "d", metrics: null },
          { id: "d", metrics: { latency_p95: { pre: LEVEL } } },
          { id: "d", metrics: { latency_p95: 5 } },
        ),
        lines(metricCase({ id: "last", ...WORSE })),
      ].join("\n"),
    );
    expect(answersOf({ printed }).map(({ id }) => id)).toEqual(["first", "last"]);
    expect(complaints.map((line) => Number(/^FILE:(\d+): .{10,}$/.exec(line)?.[1]))).toEqual(
      Array.from({ length: 14 }, (_, i) => i + 2),
    );
  });

  it("takes numbers as text, and what exports write for no number as missing", async () => {
    const asText = metricCase({
      pre: LEVEL.map(String),
      post: ["300", "3.1e2", " 290 ", "305"],
      step_s: "60",
    });
    expect((await run(lines(asText))).printed).toEqual((await run(lines(metricCase(WORSE)))).printed);
    const holes =
      '{"id":"a","metric_kind":"latency","pre":[100,NaN,103,"nan",98,null,101,-Infinity,99,"",102,1e999],';
    const filled = {
      pre: [100, null, 103, null, 98, null, 101, null, 99, null, 102, null],
      post: [101, null, 99, 100],
    };
    expect(await run(`${holes}"post":[101,Infinity,99,100]}`)).toEqual(await run(lines(metricCase(filled))));
  });

  it("leaves what it does not know, and asks nothing for what has a usual value", async () => {
    const bare = { id: 7, metric_kind: "rps", pre: LEVEL, post: [20, 21, 19, 20], extra: { a: [1] } };
    expect(answersOf(await run(lines(bare)))).toMatchObject([{ id: "7", regressed: true }]);
    const names = '{"id":"__proto__","__proto__":{"pre":1},"metric_kind":"cpu","pre":[],"post":[]}';
    expect(answersOf(await run(names))).toMatchObject([{ id: "__proto__", state: "inconclusive" }]);
  });

  it("answers three samples, series that never move and numbers below zero", async () => {
    const flat = Array.from({ length: 12 }, () => 5);
    const answers = answersOf(
      await run(
        lines(
          metricCase({ pre: flat, post: [5, 5, 5] }),
          metricCase({ pre: flat, post: [50, 50, 50] }),
          metricCase({ metric_kind: "generic", pre: flat.map((v) => -v), post: [-5, -5, -5, -5] }),
          metricCase({ metric_kind: "generic", pre: LEVEL.map((v) => -v), post: [-300, -310, -305, -300] }),
          metricCase({ pre: [1, 2, 3], post: [4, 5, 6] }),
          { id: "nothing", metrics: { latency_p95: null } },
        ),
      ),
    );
    expect(answers.map(({ regressed }) => regressed)).toEqual([false, true, false, true, false, false]);
    expect(answers.slice(-2).map(({ state }) => state)).toEqual(["inconclusive", "inconclusive"]);
  });

  it("knows the labels of Kayenta's cases", async () => {
    const one = {
      name: "k",
      control: LEVEL,
      experiment: [300, 310, 290, 305],
      direction: "Increase",
      expect: "High",
    };
    const list = JSON.stringify([one, { ...one, name: "l", experiment: LEVEL, expect: "Pass" }], null, 1);
    expect(answersOf(await run(list)).map(({ id, regressed }) => [id, regressed])).toEqual([
      ["k", true],
      ["l", false],
    ]);
    expect((await run(list, "--score")).printed.join()).toMatch(/all +2 +1 +1\.000 +1\.000 +1\.000 +0\.000/);
  });

  it("refuses what it would not do: two commands in one, or a policy for cases", async () => {
    const output = { print: async () => undefined, complain: () => undefined };
    for (const [args, pair] of [
      [["--cases", "a", "--replay", "b"], "--cases and --replay"],
      [["--cases", "a", "--policy", "b"], "--cases and --policy"],
      [["--replay", "a", "--score"], "--score and --replay"],
      [["--cases", "a", "--score", "--cross-validate"], "--score and --cross-validate"],
    ] as const)
      await expect(runCommand(args, output)).rejects.toThrow(`${pair} do not go together`);
  });

  it("scores labels that it knows, and says where there is none", async () => {
    const labelled = (label: string) => metricCase({ ...WORSE, label });
    const some = await run(
      lines(labelled("regressed"), labelled("Regressed"), labelled("regresed")),
      "--score",
    );
    expect(some.printed.join()).toMatch(/all +1 +1 +1\.000/);
    expect(some.complaints).toEqual([]);
    const none = await run(lines(labelled("regresed")), "--score");
    expect(none.complaints).toEqual(["no case with a label: nothing to score"]);
  });

  it("names a file that is not there, and an option that it does not know", async () => {
    const output = { print: async () => undefined, complain: () => undefined };
    await expect(runCommand(["--cases", path.join(folder, "none")], output)).rejects.toThrow(/ENOENT.*none/);
    await expect(runCommand(["--case"], output)).rejects.toThrow(/--case/);
    await expect(runCommand([], output)).rejects.toThrow(/^usage: /);
    await expect(runCommand(["--cases", folder], output)).rejects.toThrow(`${folder}: EISDIR`);
    const bad = path.join(folder, "bad.json");
    writeFileSync(bad, "hello");
    await expect(runCommand(["--replay", bad], output)).rejects.toThrow(`${bad}: Unexpected token`);
    await expect(runCommand(["--replay", folder], output)).rejects.toThrow(`${folder}: EISDIR`);
  });
});

describe("any file", () => {
  const value = fc.oneof(
    fc.double(),
    fc.constantFrom(null, 0, -1, 1e308, 5e-324, "12", "NaN", "x", true, {}, []),
  );
  const series = fc.oneof(
    fc.array(value, { maxLength: 20 }),
    fc.array(fc.double({ noNaN: true }), { maxLength: 20 }),
  );
  const windows = fc.oneof(fc.record({ pre: series, post: series }), fc.constantFrom(null, 3));
  const aCase = fc.oneof(
    fc.record({
      id: fc.string(),
      metric_kind: fc.constantFrom("cpu", "rps", "generic"),
      pre: series,
      post: series,
    }),
    fc.record({
      id: fc.string(),
      step_s: fc.constantFrom(1, 60, "2", -1, null),
      metrics: fc.record({ requests_per_sec: windows, latency_p95: windows, error_rate: windows }),
    }),
    // A list is one of cases.
    fc.jsonValue().filter((one) => !Array.isArray(one)),
  );

  it("is answered or complained of line by line, twice the same, with a decision that is one", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aCase, { maxLength: 5 }), async (cases) => {
        const first = await run(lines(...cases));
        const complained = first.complaints.filter((line) => line !== "FILE: no case in it");
        expect(first.printed.length + complained.length).toBe(cases.length);
        for (const { state, regressed, confidence } of answersOf(first)) {
          expect(regressed).toBe(state === "warning" || state === "rollback_recommended");
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(1);
        }
        expect(await run(lines(...cases))).toEqual(first);
      }),
      { numRuns: 150 },
    );
  });

  it("is cut into the same cases wherever its pieces end", async () => {
    const collect = async (chunks: Iterable<string>) => {
      const found: unknown[] = [];
      for await (const one of splitCases(chunks)) found.push(one);
      return found;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.constantFrom("lines", "list", "pretty"),
        fc.integer({ min: 1, max: 9 }),
        async (values, form, size) => {
          const text =
            form === "lines" ? lines(...values) : JSON.stringify(values, null, form === "pretty" ? 1 : 0);
          const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
          expect(await collect(pieces)).toEqual(await collect([text]));
        },
      ),
    );
  });

  it("of 200 MB takes no more memory than its longest case", async () => {
    const line = `${JSON.stringify(metricCase({ post: Array.from({ length: 300 }, (_, i) => i) }))}\n`;
    const piece = line.repeat(Math.ceil(65_536 / line.length));
    async function* file() {
      for (let sent = 0; sent < 200_000_000; sent += piece.length) yield Buffer.from(piece).toString();
    }
    const before = process.memoryUsage().rss;
    let count = 0;
    for await (const { text } of splitCases(file())) count += text.length > 0 ? 1 : 0;
    expect(count).toBeGreaterThan(100_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_024 ** 2);
  });

  it("of one endless line or list element is refused without being kept", async () => {
    for (const head of ['{"id":"', '[{"id":"']) {
      const pieces = [head, ...Array.from({ length: 50 }, () => "x".repeat(1_000)), '"}\n{"id":"next"}\n'];
      const found: string[] = [];
      for await (const { text } of splitCases(pieces, 5_000)) found.push(text);
      expect(found[0]?.length).toBeLessThan(7_000);
      expect(found.length).toBe(head.startsWith("[") ? 1 : 2);
    }
  });
});
