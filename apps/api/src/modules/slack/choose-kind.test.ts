import { SLACK_KINDS } from "@pulsekeep/contracts/api/slack";
import { describe, expect, it } from "vitest";
import { chooseKind, type FinalVerdict } from "./choose-kind.js";

const choose = (verdict: Partial<FinalVerdict>, wanted: Parameters<typeof chooseKind>[1] = SLACK_KINDS) =>
  chooseKind({ state: "ok", isDryRun: false, hasPipelineFailed: false, isFirst: false, ...verdict }, wanted);

describe("the one message of a final verdict", () => {
  it("defect 8: is critical for a recommended rollback alone", () => {
    expect(choose({ state: "rollback_recommended" })).toBe("rollback_recommended");
    expect(choose({ state: "warning" })).toBe("warning");
    expect(choose({ state: "ok" })).toBeUndefined();
    expect(choose({ state: "inconclusive" })).toBeUndefined();
  });

  it("defect 8: is the most severe of what applies, when the pipeline failed and it is the first verdict", () => {
    const both = { hasPipelineFailed: true, isFirst: true };
    expect(choose({ state: "rollback_recommended", ...both })).toBe("rollback_recommended");
    expect(choose({ state: "warning", ...both })).toBe("warning");
    expect(choose({ state: "ok", ...both })).toBe("pipeline_failed");
    expect(choose({ state: "inconclusive", ...both })).toBe("pipeline_failed");
    expect(choose({ state: "ok", isFirst: true })).toBe("first_verdict");
  });

  it("is the next one that is wanted, where the most severe is not", () => {
    const all = { state: "rollback_recommended", hasPipelineFailed: true, isFirst: true } as const;
    expect(choose(all, ["pipeline_failed", "first_verdict"])).toBe("pipeline_failed");
    expect(choose(all, ["first_verdict"])).toBe("first_verdict");
    expect(choose(all, ["late_warning"])).toBeUndefined();
  });

  it("says nothing of a dry run but that the pipeline failed", () => {
    const dry = { state: "rollback_recommended", isDryRun: true, isFirst: true } as const;
    expect(choose(dry)).toBeUndefined();
    expect(choose({ ...dry, hasPipelineFailed: true })).toBe("pipeline_failed");
  });

  it("is no first verdict before one says anything", () => {
    expect(choose({ state: "inconclusive", isFirst: true })).toBeUndefined();
  });
});
