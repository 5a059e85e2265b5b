import { noticeSchema } from "@pulsekeep/contracts/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findStaleKeys } from "./notice-queries";

const stringify = (topic: string, id = "a", parentId: string | null = null) =>
  JSON.stringify({ topic, id, parentId });

describe("findStaleKeys", () => {
  it("reads something again for every topic of the contract", () => {
    const { options } = noticeSchema.shape.topic;
    expect(options.filter((topic) => findStaleKeys(stringify(topic)).length === 0)).toEqual([]);
  });

  it("reads the samples of the deployment that a sample belongs to", () => {
    expect(findStaleKeys(stringify("sample.recorded", "deployment", "project"))).toEqual([
      ["samples", "deployment"],
      ["projects", "project"],
    ]);
  });

  it("leaves alone what is no notice", () => {
    const topic = fc.oneof(fc.string(), fc.constantFrom("__proto__", "toString", "constructor"));
    const noNotice = fc.oneof(
      fc.string(),
      fc.json(),
      topic.map((it) => stringify(it)),
    );
    fc.assert(
      fc.property(noNotice, (text) => {
        expect(findStaleKeys(text)).toEqual([]);
      }),
    );
  });
});
