import { pulseActionSchema } from "@pulsekeep/contracts/worker-protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAction } from "./action.js";
import { commitParams } from "./testing/fake-server.js";

const SUPPORTED = ["verify", "commit", "keepalive"];
const keepalive = { owner: "alice", repo: "keepstreak-pulse", workflows: ["pulse.yml"] };

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
  fc.record({ name: fc.string(), email: fc.constantFrom("a@b", "a", "a@b@c", "a b@c") }),
);

describe("the worker's own reading of parameters", () => {
  it.each([
    { kind: "verify", params: {} },
    { kind: "commit", params: commitParams() },
    { kind: "keepalive", params: keepalive },
  ])("accepts $kind as the contract writes it", (action) => {
    expect(pulseActionSchema.safeParse(action).success).toBe(true);
    expect(parseAction(action)).toEqual({ ok: true, action });
  });

  it("agrees with the contract on every parameter of every kind", () => {
    const bases = [
      { kind: "commit", params: commitParams() },
      { kind: "keepalive", params: { ...keepalive } },
    ];
    const cases = fc.constantFrom(...bases).chain(({ kind, params }) =>
      fc.tuple(fc.constantFrom(...Object.keys(params), "extra"), nearMiss).map(([name, value]) => ({
        kind,
        params: { ...params, [name]: value } as Record<string, unknown>,
      })),
    );
    fc.assert(
      fc.property(cases, (action) => {
        expect(parseAction(action).ok).toBe(pulseActionSchema.safeParse(action).success);
      }),
      { numRuns: 5_000 },
    );
  });

  it("knows no kind beyond those of this release", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom("dispatch", "rollback", "update", "constructor")),
        (kind) => {
          fc.pre(!SUPPORTED.includes(kind));
          expect(parseAction({ kind, params: {} })).toMatchObject({ ok: false, code: "unsupported_kind" });
        },
      ),
    );
  });
});
