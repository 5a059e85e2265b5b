import { describe, expect, it } from "vitest";
import { replayReport } from "./replay-report.js";
import { FAULTS, syntheticDeployment } from "./testing/synthetic-deployment.js";

const input = JSON.stringify(syntheticDeployment({ seed: 11, fault: FAULTS.errors }));
const report = (policy?: object, locale = "en") =>
  JSON.parse(replayReport({ input, policy: policy && JSON.stringify(policy), locale })) as {
    state: string;
    samples: number;
    reasons: string[];
  };

describe("a replayed deployment", () => {
  it("has the verdict of its own policy, or of another one", () => {
    expect(report()).toMatchObject({ state: "rollback_recommended" });
    expect(report().samples).toBeLessThan(10);
    expect(report({ error_rate: { muted: true } })).toMatchObject({ state: "ok", samples: 30 });
    expect(report({ metrics: { error_rate: { muted: true } } })).toMatchObject({ state: "ok" });
  });

  it("is told in the language that is asked for", () => {
    expect(report(undefined, "de").reasons.join(" ")).toContain("Fehlerrate");
    expect(() => report(undefined, "xx")).toThrow("none of");
  });

  it("says what is wrong with the files", () => {
    expect(() => replayReport({ input: "{}", policy: undefined, locale: "en" })).toThrow("pre, post");
    expect(() => replayReport({ input, policy: "[]", locale: "en" })).toThrow("object of metrics");
  });
});
