import { expect, it } from "vitest";
import { InTurn } from "./in-turn.js";

function newWork() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let isBegun = false;
  const work = () => {
    isBegun = true;
    return promise;
  };
  return { work, resolve, reject, isBegun: () => isBegun };
}

it("lets the second with a key wait for the first, and other keys for nobody", async () => {
  const turns = new InTurn();
  const [first, second, other] = [newWork(), newWork(), newWork()];
  const answers = [turns.take("a", first.work), turns.take("a", second.work), turns.take("b", other.work)];
  expect([first.isBegun(), second.isBegun(), other.isBegun()]).toEqual([true, false, true]);
  first.resolve("one");
  await expect.poll(second.isBegun).toBe(true);
  second.resolve("two");
  other.resolve("three");
  expect(await Promise.all(answers)).toEqual(["one", "two", "three"]);
});

it("gives the next its turn when the one before has failed", async () => {
  const turns = new InTurn();
  const first = newWork();
  const answers = [turns.take("a", first.work), turns.take("a", async () => "two")];
  first.reject(new Error("one"));
  const [failed, passed] = await Promise.allSettled(answers);
  expect([failed?.status, passed]).toEqual(["rejected", { status: "fulfilled", value: "two" }]);
});
