type Way = "usual" | "slow" | "late" | "fail" | "release" | "crash_before" | "crash_after";

/** How often fake workers do what; probabilities from 0 to 1, ways by weight. */
export type Habits = {
  losesClaim: number;
  reportsTwice: number;
  reportsOldFence: number;
  ways: readonly { name: Way; weight: number }[];
};

export const defaultHabits: Habits = {
  losesClaim: 0.03,
  reportsTwice: 0.03,
  reportsOldFence: 0.3,
  ways: [
    { name: "usual", weight: 920 },
    { name: "slow", weight: 25 },
    { name: "late", weight: 10 },
    { name: "fail", weight: 20 },
    { name: "release", weight: 10 },
    { name: "crash_before", weight: 7 },
    { name: "crash_after", weight: 8 },
  ],
};

/** After the faults: everybody does what is asked. */
export const calmHabits: Habits = {
  losesClaim: 0,
  reportsTwice: 0,
  reportsOldFence: 0,
  ways: [{ name: "usual", weight: 1 }],
};
