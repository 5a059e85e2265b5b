import { describe, expect, it } from "vitest";
import { writeAllowLines } from "./allow-lines";
import { parseInputLines, parseLines, writeInputLines } from "./task-lines";

describe("the lines of a task", () => {
  it("are files, one each, without the empty ones", () => {
    expect(parseLines(" nightly.yml \n\nweekly.yml")).toEqual(["nightly.yml", "weekly.yml"]);
  });

  it("are inputs whose values may hold anything", () => {
    const inputs = parseInputLines("target = staging\nnote=a=b\nempty=");
    expect(inputs).toEqual({ target: "staging", note: "a=b", empty: "" });
    expect(parseInputLines(writeInputLines(inputs ?? {}))).toEqual(inputs);
  });

  it.each(["target", "=x", "a b=x", "a=1\na=2"])("are refused when one is no input: %s", (text) => {
    expect(parseInputLines(text)).toBeUndefined();
  });
});

describe("the lines for allow.json", () => {
  it("allow the kind, the workflow and exactly the inputs' values", () => {
    const task = { kind: "dispatch", workflow: "ci.yml", inputs: { note: "a.b (c)" } } as const;
    const allowed = JSON.parse(`{${writeAllowLines(task)}}`) as {
      kinds: string[];
      workflows: Record<string, { inputs: Record<string, string> }>;
    };
    expect(allowed.kinds).toEqual(["dispatch"]);
    const pattern = allowed.workflows["ci.yml"]?.inputs["note"] ?? "";
    expect(new RegExp(`^(?:${pattern})$`, "u").test("a.b (c)")).toBe(true);
    expect(new RegExp(`^(?:${pattern})$`, "u").test("axb (c)")).toBe(false);
  });

  it("name every workflow that is kept enabled", () => {
    const task = { kind: "keepalive", workflows: ["a.yml", "b.yml"] } as const;
    expect(JSON.parse(`{${writeAllowLines({ ...task, workflows: [...task.workflows] })}}`)).toEqual({
      kinds: ["keepalive"],
      workflows: { "a.yml": { inputs: {} }, "b.yml": { inputs: {} } },
    });
  });
});
