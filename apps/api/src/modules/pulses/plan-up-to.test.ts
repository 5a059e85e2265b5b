import { expect, it } from "vitest";
import type { DuePulse, NewRun } from "./plan-pulse.js";
import { planUpTo } from "./plan-up-to.js";

const pulse = (id: string) => ({ id }) as DuePulse;
const planOf =
  (runsEach: number) =>
  ({ id }: DuePulse) => ({
    runs: Array.from({ length: runsEach }, () => ({ id }) as NewRun),
    move: { pulseId: id, cursorAt: new Date(0), next: undefined, dueAt: undefined },
  });
const pulses = ["a", "b", "c", "d"].map(pulse);

it("leaves the pulses behind for later once there is as much as one transaction can write", () => {
  const { runs, moves } = planUpTo(pulses, 900, planOf(500));
  expect(moves.map(({ pulseId }) => pulseId)).toEqual(["a", "b"]);
  expect(runs).toHaveLength(1_000);
});

it("plans all where there is room, and one however much it brings", () => {
  expect(planUpTo(pulses, 900, planOf(1)).moves).toHaveLength(4);
  expect(planUpTo(pulses, 900, planOf(5_000)).moves).toHaveLength(1);
});
