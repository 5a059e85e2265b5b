import { pulseActionSchema, RUN_INPUT as CONTRACT_RUN_INPUT } from "@pulsekeep/contracts/worker-protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAction } from "./action.js";
import { RUN_INPUT } from "./run-input.js";
import { commitParams } from "./testing/fake-server.js";

const repository = { owner: "alice", repo: "keepstreak-pulse" };
const signed = { text: "{}", signatures: ["AAAA"] };
const ACTIONS = [
  { kind: "verify", params: {} },
  { kind: "commit", params: commitParams() },
  { kind: "keepalive", params: { ...repository, workflows: ["pulse.yml"] } },
  { kind: "dispatch", params: { ...repository, workflow: "ci.yml", inputs: { target: "staging" } } },
  {
    kind: "rollback",
    params: {
      ...repository,
      workflow: "rollback.yml",
      environment: "production",
      deploymentId: "dep_1",
      expectedSha: "a".repeat(40),
    },
  },
  { kind: "update", params: { manifest: signed, roots: [signed] } },
];

function isParsed(action: { kind: string; params: Record<string, unknown> }): boolean {
  try {
    parseAction(action);
    return true;
  } catch (fault) {
    expect(fault).toMatchObject({ outcome: "refused", code: "invalid_params" });
    return false;
  }
}

/** Values that have a good chance of being just inside or just outside of a rule. */
const nearMiss = fc.oneof(
  fc.constantFrom(
    "",
    ".",
    "..",
    "a/b.md",
    "a.md",
    "a/.b.md",
    "a/b.MD",
    "a/b.md/",
    "/a/b.md",
    "a//b.md",
    "main",
  ),
  fc.constantFrom(
    "x.lock",
    "a/.b",
    "-a",
    "a..b",
    "UTC",
    "Europe/Paris",
    "a b",
    "a\nb",
    "Pulse-Run: x",
    "a\u0000",
  ),
  fc.constantFrom(
    "append",
    "appends",
    "2026-03-14T09:20:00.000Z",
    "2026-03-14T09:20:00Z",
    "2026-02-30T09:20:00.000Z",
  ),
  fc.constantFrom("x\nPulse-Run: 1", "x\u2028Pulse-Run: 1", "ok.yml", ".ok.yml", "ok.yaml", "x/ok.yml"),
  fc.string({ unit: "grapheme", maxLength: 210 }),
  fc.stringMatching(/^[A-Za-z0-9._/-]{0,40}$/),
  fc.constantFrom(null, undefined, 0, 1, true, [], {}, ["pulse.yml"], ["pulse.yml", "a"]),
  fc.constantFrom(
    { [RUN_INPUT]: "x" },
    { a: 1 },
    { "a b": "" },
    { "1": "" },
    { a: "x" },
    { a: "x".repeat(1_001) },
  ),
  fc.constantFrom(Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`i${at}`, ""]))),
  fc.constantFrom({ text: "", signatures: [] }, [{ text: "", signatures: [1] }], [{ text: "" }], signed),
  fc.constantFrom("production", "eu/prod 1", " prod", "dep_1", "dep 1", "a".repeat(40), "A".repeat(40)),
  fc.record({ name: fc.string(), email: fc.constantFrom("a@b", "a", "a@b@c", "a b@c") }),
);

describe("the worker's own reading of parameters", () => {
  it.each(ACTIONS)("accepts $kind as the contract writes it", (action) => {
    expect(pulseActionSchema.safeParse(action).success).toBe(true);
    expect(parseAction(action)).toEqual(action);
  });

  it("agrees with the contract on every parameter of every kind", () => {
    const cases = fc.constantFrom(...ACTIONS).chain(({ kind, params }) =>
      fc.tuple(fc.constantFrom(...Object.keys(params), "extra"), nearMiss).map(([name, value]) => ({
        kind,
        params: { ...params, [name]: value } as Record<string, unknown>,
      })),
    );
    fc.assert(
      fc.property(cases, (action) => {
        expect(isParsed(action)).toBe(pulseActionSchema.safeParse(action).success);
      }),
      { numRuns: 10_000 },
    );
  });

  it("knows no kind beyond those of the contract", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom("constructor", "__proto__", "Commit")), (kind) => {
        fc.pre(!ACTIONS.some((action) => action.kind === kind));
        expect(() => parseAction({ kind, params: {} })).toThrow(
          expect.objectContaining({ code: "unsupported_kind" }),
        );
      }),
    );
  });

  it("keeps the run's input for itself", () => {
    expect(RUN_INPUT).toBe(CONTRACT_RUN_INPUT);
  });
});
