import { describe, expect, test } from "vitest";
import { ConcurrencyGroups } from "./concurrency-groups.js";
import { JobSlots } from "./job-slots.js";

function member() {
  const cancelled: boolean[] = [];
  return { cancelled, cancel: () => cancelled.push(true) };
}

const wait = { cancelInProgress: false };

describe("concurrency groups", () => {
  test("let one run and one wait; a newer one takes the place of the one that waits", async () => {
    const groups = new ConcurrencyGroups();
    const [first, second, third] = [member(), member(), member()];
    expect(await groups.enter("g", first, wait)).toBe(true);
    const secondEntered = groups.enter("g", second, wait);
    const thirdEntered = groups.enter("g", third, wait);
    expect(await secondEntered).toBe(false);
    groups.leave("g", second);
    expect(first.cancelled).toEqual([]);
    groups.leave("g", first);
    expect(await thirdEntered).toBe(true);
  });

  test("cancel the running one on request, and start the newer when it has left", async () => {
    const groups = new ConcurrencyGroups();
    const [first, second] = [member(), member()];
    await groups.enter("g", first, wait);
    const entered = groups.enter("g", second, { cancelInProgress: true });
    expect(first.cancelled).toEqual([true]);
    groups.leave("g", first);
    expect(await entered).toBe(true);
  });

  test("do not touch other groups, and are free again when all have left", async () => {
    const groups = new ConcurrencyGroups();
    const [first, second] = [member(), member()];
    expect(await groups.enter("a", first, wait)).toBe(true);
    expect(await groups.enter("b", second, wait)).toBe(true);
    groups.leave("a", first);
    expect(await groups.enter("a", second, wait)).toBe(true);
  });

  test("let one that waits give up", async () => {
    const groups = new ConcurrencyGroups();
    const [first, second, third] = [member(), member(), member()];
    await groups.enter("g", first, wait);
    const entered = groups.enter("g", second, wait);
    groups.leavePending("g", second);
    expect(await entered).toBe(false);
    groups.leavePending("g", first);
    const thirdEntered = groups.enter("g", third, wait);
    groups.leave("g", first);
    expect(await thirdEntered).toBe(true);
  });
});

describe("job slots", () => {
  test("let a bounded number in, in order, and skip those that gave up", async () => {
    const slots = new JobSlots(1);
    const never = new AbortController().signal;
    const gaveUp = new AbortController();
    const release = await slots.take(never);
    const order: string[] = [];
    const second = slots.take(gaveUp.signal);
    const third = slots.take(never).then((release) => {
      order.push("third");
      release?.();
    });
    gaveUp.abort();
    expect(await second).toBeUndefined();
    expect(order).toEqual([]);
    release?.();
    const late = slots.take(never);
    await third;
    expect(await late).toBeTypeOf("function");
    expect(order).toEqual(["third"]);
  });
});
