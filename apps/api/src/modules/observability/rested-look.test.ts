import { expect, it } from "vitest";
import { restedLook } from "./rested-look.js";

/** Looks end when the test says so. */
const startLooks = () => {
  const ends: { resolve(answer: number): void; reject(error: Error): void }[] = [];
  let nowMs = 0;
  const ask = restedLook(
    () => new Promise<number>((resolve, reject) => ends.push({ resolve, reject })),
    () => nowMs,
  );
  const passMs = (ms: number) => {
    nowMs += ms;
  };
  return { ask, ends, passMs };
};

it("looks anew for whoever asks after a quick look", async () => {
  const { ask, ends, passMs } = startLooks();
  const first = ask();
  passMs(999);
  ends[0]?.resolve(1);
  expect(await first).toBe(1);
  const second = ask();
  ends[1]?.resolve(2);
  expect(await second).toBe(2);
});

it("is one look for all who ask while it lasts, and for twenty times as long when it was slow", async () => {
  const { ask, ends, passMs } = startLooks();
  const [one, other] = [ask(), ask()];
  passMs(3_000);
  ends[0]?.resolve(1);
  expect(await Promise.all([one, other])).toEqual([1, 1]);
  passMs(59_999);
  expect(await ask()).toBe(1);
  expect(ends).toHaveLength(1);
  passMs(1);
  const next = ask();
  ends[1]?.resolve(2);
  expect(await next).toBe(2);
});

it("shares a slow failure for as long as it took, and looks again afterwards", async () => {
  const { ask, ends, passMs } = startLooks();
  const first = ask();
  passMs(30_000);
  ends[0]?.reject(new Error("statement timeout"));
  await expect(first).rejects.toThrow("statement timeout");
  passMs(29_999);
  await expect(ask()).rejects.toThrow("statement timeout");
  passMs(1);
  const next = ask();
  ends[1]?.resolve(1);
  expect(await next).toBe(1);
});
