import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shardOf } from "./shard-of.js";

describe("shardOf", () => {
  it("always names the same shard for a key, and one that exists", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 64 }), (key, shards) => {
        const shard = shardOf(key, shards);
        expect(shardOf(key, shards)).toBe(shard);
        expect(Number.isInteger(shard) && shard >= 0 && shard < shards).toBe(true);
      }),
    );
  });

  it("does not change between versions, or waiting entries would lose their order", () => {
    const keys = ["", "a", "lane-1", "0192f3c4-0000-7000-8000-000000000001", "ü"];
    expect(keys.map((key) => shardOf(key, 16))).toEqual([11, 3, 0, 8, 1]);
  });

  it.each([2, 4, 7, 16])("spreads counted keys over %i shards, none with twice its part", (shards) => {
    const counts = Array.from({ length: shards }, () => 0);
    for (let index = 0; index < 10_000; index++) {
      const shard = shardOf(`0192f3c4-0000-7000-8000-${String(index).padStart(12, "0")}`, shards);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.max(...counts)).toBeLessThan((10_000 / shards) * 2);
    expect(Math.min(...counts)).toBeGreaterThan(10_000 / shards / 2);
  });
});
