import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { parseWorkflow } from "./parse-workflow.js";
import { WorkflowFileError } from "./workflow.js";

const steps = [{ run: "true" }];
const job = { "runs-on": "ubuntu-latest", steps };
const parse = (workflow: object) =>
  parseWorkflow(stringify({ on: "push", jobs: { build: job }, ...workflow }));

describe("triggers", () => {
  test("reads on as a string, a list and a mapping", () => {
    expect(parse({ on: "workflow_dispatch" }).triggers.dispatchInputs).toEqual({});
    expect(parse({ on: ["push", "repository_dispatch"] }).triggers).toMatchObject({
      pushBranches: [],
      repositoryDispatchTypes: [],
      dispatchInputs: undefined,
    });
    const on = {
      schedule: [{ cron: "17 * * * *" }, { cron: "0 9 * * MON-FRI" }],
      repository_dispatch: { types: ["wake"] },
      workflow_dispatch: { inputs: { kind: { type: "choice", options: ["a", "b"], default: "b" } } },
      push: { branches: ["main"] },
    };
    expect(parse({ on }).triggers).toEqual({
      schedule: ["17 * * * *", "0 9 * * MON-FRI"],
      repositoryDispatchTypes: ["wake"],
      pushBranches: ["main"],
      dispatchInputs: { kind: { type: "choice", required: false, default: "b", options: ["a", "b"] } },
    });
  });

  test.each([
    [{ on: "explode" }, "Unexpected value 'explode'"],
    [{ on: { schedule: [{ cron: "* * * *" }] } }, "Invalid cron expression: '* * * *'"],
    [{ on: { schedule: [{ cron: "@daily" }] } }, "Invalid cron expression"],
    [{ on: { schedule: [{ cron: "0 0 0 * * *" }] } }, "Invalid cron expression"],
    [{ on: { push: { paths: ["src/**"] } } }, "'paths' is not supported by the local runner"],
    [{ on: null }, "No event triggers defined"],
  ])("refuses %j", (workflow, message) => {
    expect(() => parse(workflow)).toThrow(message);
  });
});

describe("permissions", () => {
  test("a scope that is left out has no access", () => {
    const permissions = { contents: "write", "id-token": "write", issues: "none" };
    expect(parse({ permissions }).permissions).toEqual({
      contents: "write",
      "id-token": "write",
      metadata: "read",
    });
    expect(parse({ permissions: {} }).permissions).toEqual({ metadata: "read" });
    expect(parse({}).permissions).toBeUndefined();
  });

  test("read-all gives no id-token, write-all does", () => {
    expect(parse({ permissions: "read-all" }).permissions).not.toHaveProperty("id-token");
    expect(parse({ permissions: "write-all" }).permissions).toHaveProperty("id-token", "write");
  });

  test("refuses unknown scopes and levels", () => {
    expect(() => parse({ permissions: { world: "write" } })).toThrow("Unexpected value 'world'");
    expect(() => parse({ permissions: { contents: "admin" } })).toThrow("Unexpected value 'admin'");
  });
});

describe("jobs", () => {
  test("orders jobs by their needs", () => {
    const jobs = { last: { ...job, needs: ["mid"] }, mid: { ...job, needs: "first" }, first: job };
    expect(parse({ jobs }).jobs.map(({ key }) => key)).toEqual(["first", "mid", "last"]);
  });

  test.each([
    [{ a: { ...job, needs: "b" }, b: { ...job, needs: "a" } }, "form a circle"],
    [{ a: { ...job, needs: "ghost" } }, "unknown job 'ghost'"],
    [{ a: { steps } }, "'runs-on' is required"],
    [{ a: { ...job, "runs-on": "windows-latest" } }, "'windows-latest' is not supported"],
    [{ a: { ...job, strategy: {} } }, "'strategy' is not supported by the local runner"],
    [{ a: { ...job, stepz: [] } }, "jobs.a: Unexpected value 'stepz'"],
    [{ a: { ...job, steps: [] } }, "No steps defined"],
    [{ a: { ...job, steps: [{ name: "x" }] } }, "'uses' or 'run' is required"],
    [{ a: { ...job, steps: [{ run: "x", uses: "y@v1" }] } }, "cannot have both"],
    [
      { a: { ...job, steps: [{ run: "${{ explode() }}" }] } },
      "steps.0.run: Unrecognized function: 'explode'",
    ],
    [{ a: { ...job, steps: [{ if: "github.", run: "x" }] } }, "steps.0.if: Unexpected end"],
    [
      {
        a: {
          ...job,
          steps: [
            { id: "x", run: "1" },
            { id: "X", run: "2" },
          ],
        },
      },
      "may not be used more than once",
    ],
    [{}, "No jobs defined"],
  ])("refuses %j", (jobs, message) => {
    expect(() => parse({ jobs })).toThrow(message);
  });
});

describe("files", () => {
  test("refuses broken YAML, double keys and alias bombs", () => {
    expect(() => parseWorkflow("on: [push\njobs:")).toThrow("yaml syntax");
    expect(() => parseWorkflow("on: push\non: push")).toThrow("yaml syntax");
    expect(() => parseWorkflow("just text")).toThrow("not a mapping");
    const bomb = Array.from(
      { length: 12 },
      (_, n) => `a${n}: &a${n} [${n === 0 ? "x" : `*a${n - 1},`.repeat(9)}]`,
    );
    expect(() => parseWorkflow(bomb.join("\n"))).toThrow(WorkflowFileError);
  });

  test("any document is read or refused with a WorkflowFileError", () => {
    const document = fc.dictionary(
      fc.constantFrom("on", "jobs", "name", "env", "permissions", "concurrency", "defaults", "run-name"),
      fc.anything({ withNullPrototype: false, maxDepth: 4 }),
    );
    fc.assert(
      fc.property(document, (value) => {
        try {
          parseWorkflow(JSON.stringify(value));
        } catch (error) {
          expect(error).toBeInstanceOf(WorkflowFileError);
        }
      }),
    );
  });
});
