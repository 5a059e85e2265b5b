import { describe, expect, it } from "vitest";
import { readPolicy } from "./read-policy.js";
import { replayReport } from "./replay-report.js";
import { readReplay } from "./score/read-replay.js";
import { FAULTS, syntheticDeployment } from "./testing/synthetic-deployment.js";

const deployment = syntheticDeployment({ seed: 11, fault: FAULTS.errors });
const input = readReplay(JSON.stringify(deployment));
const report = (policy?: object, locale = "en") =>
  JSON.parse(replayReport({ input, policy: policy && readPolicy(JSON.stringify(policy)), locale })) as {
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
    expect(() => report([])).toThrow("has to be an object");
  });

  it.each<[string, object, string]>([
    ["rows", { post: undefined }, "post is no list of samples"],
    ["a row", { pre: [null] }, "pre[0] has to be an object"],
    ["an instant", { post: [{ at: "noon" }] }, "post[0].at is no instant"],
    ["a value", { post: [{ at: 1, cpu_usage: "high" }] }, "post[0].cpu_usage is neither a number nor null"],
    ["a step", { stepSeconds: 0 }, "stepSeconds is no number of seconds above zero"],
    ["a result of the pipeline", { pipeline: "fine" }, "pipeline is none of succeeded"],
    ["a history", { history: [{ pre: [] }] }, "history[0].post is no list of samples"],
    ["a policy of its own", { policy: { latency: {} } }, '"latency" is none of'],
  ])("is not judged without %s that can be used", (_, change, message) => {
    expect(() => readReplay(JSON.stringify({ ...deployment, ...change }))).toThrow(message);
  });

  it("needs no more than samples and their distance, and takes NaN for a gap", () => {
    const text = '{"pre":[],"post":[{"at":1,"cpu_usage":NaN}],"stepSeconds":60}';
    expect(readReplay(text)).toMatchObject({
      post: [{ at: 1, cpu_usage: null }],
      pipeline: "unknown",
      windowEnded: true,
    });
  });

  it.each([
    ["a metric", { latency: {} }, '"latency" is none of'],
    ["a rule", { error_rate: { mutd: true } }, 'error_rate: "mutd" is none of'],
    [
      "a part of a limit",
      { latency_p95: { guardrail: { limit: 1, tolerence: 0 } } },
      '"tolerence" is none of',
    ],
    ["a direction", { cpu_usage: { direction: "up" } }, '"up" is none of higher_is_worse'],
    ["a rule of another kind", { error_rate: { muted: "yes" } }, "error_rate.muted has to be a boolean"],
    ["a limit without a level", { latency_p95: { guardrail: {} } }, "guardrail.limit has to be a number"],
  ])("does not pass over %s that it does not know", (_, policy, message) => {
    expect(() => report(policy)).toThrow(message);
  });

  it("takes a limit as the API does, with the usual share and tolerance", () => {
    const guardrail = { limit: 400, securedRatio: 0.9, tolerance: 0.2 };
    expect(readPolicy('{"metrics":{"latency_p95":{"guardrail":{"limit":400}}},"dryRun":true}')).toEqual({
      latency_p95: { guardrail },
    });
    expect(readPolicy('{"latency_p95":{"guardrail":null}}')).toEqual({ latency_p95: { guardrail: null } });
  });
});
