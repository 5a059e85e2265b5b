import { expect, it } from "vitest";
import { LogSampler } from "./log-sampler.js";

function sampler() {
  const clock = { nowMs: 1_000_000 };
  return { clock, sampler: new LogSampler(() => clock.nowMs) };
}
const admittedOf = (it: LogSampler, kind: string, count: number) =>
  Array.from({ length: count }, () => it.admit(kind)).filter(({ admitted }) => admitted).length;

it("admits the first fifty of a kind in ten seconds, and says later how many it left out [LOG-05]", () => {
  const { clock, sampler: it } = sampler();
  expect(admittedOf(it, "refused", 10_000)).toBe(50);
  clock.nowMs += 9_999;
  expect(it.admit("refused")).toEqual({ admitted: false });
  clock.nowMs += 1;
  expect(it.admit("refused")).toEqual({ admitted: true, leftOut: { kind: "refused", count: 9_951 } });
  expect(it.admit("refused")).toEqual({ admitted: true });
});

it("lets no flood hide another kind [LOG-05]", () => {
  const { sampler: it } = sampler();
  admittedOf(it, "flood", 1_000);
  expect(it.admit("something else")).toEqual({ admitted: true });
});

it("says nothing of what was not left out", () => {
  const { clock, sampler: it } = sampler();
  admittedOf(it, "rare", 50);
  clock.nowMs += 60_000;
  expect(it.admit("rare")).toEqual({ admitted: true });
});

it("keeps count of a bounded number of kinds", () => {
  const { sampler: it } = sampler();
  for (let kind = 0; kind < 5_000; kind += 1) expect(it.admit(`kind ${kind}`).admitted).toBe(true);
  expect(admittedOf(it, "kind 4999", 100)).toBe(49);
});

it("begins anew when the clock goes back", () => {
  const { clock, sampler: it } = sampler();
  admittedOf(it, "kind", 100);
  clock.nowMs -= 3_600_000;
  expect(it.admit("kind").admitted).toBe(true);
});
