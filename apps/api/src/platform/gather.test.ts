import { describe, expect, it } from "vitest";
import { Gather } from "./gather.js";

const gatherOf = (
  run: (requests: number[]) => Promise<string[]>,
  options: { max?: number; concurrency?: number } = {},
) =>
  new Gather({
    max: 10,
    concurrency: 1,
    isOneAtFault: (error) => error instanceof RangeError,
    ...options,
    run,
  });

describe("calls that come together", () => {
  it("go as one batch, and each gets its own answer", async () => {
    const batches: number[][] = [];
    const gather = gatherOf(async (requests) => {
      batches.push(requests);
      return requests.map(String);
    });
    expect(await Promise.all([1, 2, 3].map((request) => gather.call(request)))).toEqual(["1", "2", "3"]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it("join the next batch while one is under way, at most so many at a time", async () => {
    const batches: number[][] = [];
    let finish: () => void = () => undefined;
    const gather = gatherOf(
      (requests) => {
        batches.push(requests);
        return new Promise((resolve) => {
          finish = () => resolve(requests.map(String));
        });
      },
      { max: 2 },
    );
    const first = gather.call(1);
    await expect.poll(() => batches.length).toBe(1);
    const rest = [2, 3, 4].map((request) => gather.call(request));
    finish();
    await first;
    await expect.poll(() => batches.length).toBe(2);
    finish();
    await expect.poll(() => batches.length).toBe(3);
    finish();
    expect(await Promise.all(rest)).toEqual(["2", "3", "4"]);
    expect(batches).toEqual([[1], [2, 3], [4]]);
  });

  it("are tried one by one when one of them is at fault, which alone fails", async () => {
    const gather = gatherOf(async (requests) => {
      if (requests.includes(2)) throw new RangeError("two");
      return requests.map(String);
    });
    const settled = await Promise.allSettled([1, 2, 3].map((request) => gather.call(request)));
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("fail together, tried once, when none of them is", async () => {
    let runs = 0;
    const gather = gatherOf(async () => {
      runs += 1;
      throw new Error("the database is away");
    });
    const settled = await Promise.allSettled([1, 2].map((request) => gather.call(request)));
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(runs).toBe(1);
  });
});
