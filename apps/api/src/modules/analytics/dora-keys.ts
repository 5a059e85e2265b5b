import type { DoraKey } from "@pulsekeep/contracts/api/analytics";

/** What one window of deployments comes to; seconds are medians, null where nothing was measured. */
export type WindowFigures = {
  released: number;
  changes: number;
  failures: number;
  leadSeconds: number | null;
  leadMeasured: number;
  restoreSeconds: number | null;
  restored: number;
  incidents: number;
};

type Level = NonNullable<DoraKey["level"]>;
type KeyName = "deploymentFrequency" | "leadTime" | "changeFailureRate" | "timeToRestore";
type KeyRow = {
  unit: DoraKey["unit"];
  formula: string;
  valueOf: (figures: WindowFigures, days: number) => number | null;
  measuredOf: (figures: WindowFigures) => number;
  totalOf: (figures: WindowFigures) => number;
  /** The worst value of each level, best level first; what is worse than all of them is low. */
  levels: readonly [level: Level, worst: number][];
  isMoreBetter?: true;
};

const DAY = 86_400;

/**
 * The four keys, how each is made and what counts as good.
 * Source: DORA, "Accelerate State of DevOps 2023", table of performance levels; dora.dev, "DORA's four keys".
 */
const KEYS: Record<KeyName, KeyRow> = {
  deploymentFrequency: {
    unit: "per_day",
    formula:
      "deployments / days. deployments: finished in the window, pipeline result success, not marked as rollback.",
    valueOf: ({ released }, days) => released / days,
    measuredOf: ({ released }) => released,
    totalOf: ({ released }) => released,
    levels: [
      ["elite", 1],
      ["high", 1 / 7],
      ["medium", 1 / 30],
    ],
    isMoreBetter: true,
  },
  leadTime: {
    unit: "seconds",
    formula:
      "median(finishedAt - committedAt) of the deployments that the frequency counts and whose pipeline sent committedAt.",
    valueOf: ({ leadSeconds }) => leadSeconds,
    measuredOf: ({ leadMeasured }) => leadMeasured,
    totalOf: ({ released }) => released,
    levels: [
      ["elite", DAY],
      ["high", 7 * DAY],
      ["medium", 30 * DAY],
    ],
  },
  changeFailureRate: {
    unit: "share",
    formula:
      "failures / changes. changes: deployments finished in the window that are no rollback and either succeeded or failed by the following. failures: changes with that verdict, unless its policy was a dry run, or whose next deployment in the same project, environment and service is a rollback. What a person said of a verdict goes before: confirmed is a failure, also of a warning, and a false alarm is none.",
    valueOf: ({ changes, failures }) => (changes === 0 ? null : failures / changes),
    measuredOf: ({ failures }) => failures,
    totalOf: ({ changes }) => changes,
    levels: [
      ["elite", 0.05],
      ["high", 0.1],
      ["medium", 0.15],
    ],
  },
  timeToRestore: {
    unit: "seconds",
    formula:
      "median(finishedAt of the next deployment that succeeded and is no failure - finishedAt of the failure), per failure in the window that does not follow another one in the same project, environment and service.",
    valueOf: ({ restoreSeconds }) => restoreSeconds,
    measuredOf: ({ restored }) => restored,
    totalOf: ({ incidents }) => incidents,
    levels: [
      ["elite", DAY / 24],
      ["high", DAY],
      ["medium", 7 * DAY],
    ],
  },
};

/** The four keys of a window, beside the one before it. Pure. @param days length of each window */
export function toDoraKeys(
  current: WindowFigures,
  before: WindowFigures,
  days: number,
): Record<KeyName, DoraKey> {
  const toKey = (row: KeyRow): DoraKey => {
    const value = row.valueOf(current, days);
    return {
      value,
      previous: row.valueOf(before, days),
      unit: row.unit,
      measured: row.measuredOf(current),
      total: row.totalOf(current),
      level: levelOf(row, current, value),
      formula: row.formula,
    };
  };
  return {
    deploymentFrequency: toKey(KEYS.deploymentFrequency),
    leadTime: toKey(KEYS.leadTime),
    changeFailureRate: toKey(KEYS.changeFailureRate),
    timeToRestore: toKey(KEYS.timeToRestore),
  };
}

/** Nothing is good or bad about a window in which nothing was deployed. */
function levelOf(row: KeyRow, { released, changes }: WindowFigures, value: number | null): Level | null {
  if (value === null || released + changes === 0) return null;
  const reached = row.levels.find(([, worst]) => (row.isMoreBetter ? value >= worst : value <= worst));
  return reached?.[0] ?? "low";
}
