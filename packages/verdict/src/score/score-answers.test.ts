import { describe, expect, it } from "vitest";
import { answerCase } from "./answer-case.js";
import { parseCase } from "./labelled-case.js";
import { reliabilityTable, scoreAnswers } from "./score-answers.js";

const steady = Array.from({ length: 30 }, (_, i) => 100 + (i % 5));
const metricCase = (id: string, post: (number | null)[], label: string) =>
  JSON.stringify({
    id,
    source: "own",
    metric_kind: "latency",
    direction: "higher_is_worse",
    step_s: 60,
    pre: steady,
    post,
    label,
  });

const answered = [
  metricCase("worse", [200, 210, 205, 220, null], "regressed"),
  metricCase("same", [101, 103, 100, 104, 102], "clean"),
  metricCase("missed", [101, 102, 100, 104, 102], "regressed"),
].map((line) => {
  const labelled = parseCase(line);
  const answer = answerCase(labelled);
  return { labelled, answer, regressed: answer.regressed };
});

describe("the score tool", () => {
  it("answers a single-metric case with state, decision and confidence", () => {
    expect(answered[0]?.answer).toMatchObject({ id: "worse", regressed: true });
    expect(answered[1]?.answer).toMatchObject({ id: "same", state: "ok", regressed: false });
    expect(answered[0]?.answer.confidence).toBeGreaterThan(0.8);
  });

  it("answers a deployment case with metrics that were not recorded", () => {
    const line = JSON.stringify({
      id: "d",
      step_s: 60,
      metrics: { latency_p95: { pre: steady, post: [400, 420, 410, 400] }, cpu_usage: null },
    });
    expect(answerCase(parseCase(line))).toMatchObject({ id: "d", state: "rollback_recommended" });
  });

  it("counts precision, recall, F1 and the false-positive rate", () => {
    const score = scoreAnswers(answered);
    expect(score).toMatchObject({ cases: 3, positives: 2, precision: 1, recall: 0.5, falsePositiveRate: 0 });
    expect(score.f1).toBeCloseTo(2 / 3, 10);
  });

  it("puts every stated confidence into one bin", () => {
    const bins = reliabilityTable([
      { confidence: 0.55, right: false },
      { confidence: 0.9, right: true },
      { confidence: 1, right: true },
    ]);
    expect(bins.map(({ cases }) => cases)).toEqual([0, 1, 0, 0, 0, 1, 1]);
    expect(bins.map(({ accuracy }) => accuracy)).toEqual([0, 0, 0, 0, 0, 1, 1]);
  });
});
