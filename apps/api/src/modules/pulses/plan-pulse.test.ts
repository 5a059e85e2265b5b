import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { parseEnv } from "../../env.js";
import { type DuePulse, planPulse } from "./plan-pulse.js";
import { RunRules } from "./run-rules.js";

const HOUR_MS = 3_600_000;
const NOW = new Date("2026-03-01T12:00:00Z");

/** With a window of so many hours. */
const rulesOf = (windowHours: number) =>
  new RunRules(
    parseEnv({
      DATABASE_URL: "postgres://nowhere",
      AUTH_SECRET: "thirty-two-characters-for-a-secret",
      PULSEKEEP_PUBLIC_URL: "http://localhost:3000",
      PULSEKEEP_KEYRING: JSON.stringify({
        currentId: "k1",
        keys: { k1: createHash("sha256").update("a test").digest("base64url") },
      }),
      PULSEKEEP_RUN_WINDOW_SECONDS: String(windowHours * 3_600),
    }),
  );

const hourly = (behindHours: number): DuePulse => ({
  id: "0197a000-0000-7000-8000-000000000001",
  workspace_id: "workspace",
  worker_id: "worker",
  lane_id: "lane",
  kind: "commit",
  schedule: { kind: "every", everyMinutes: 60, anchorAt: "2026-01-01T00:30:00Z" },
  time_zone: "UTC",
  jitter: { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 0 },
  rest: { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: null },
  recovery: "catch_up_all",
  jitter_secret: "a secret of the test",
  cursor_at: new Date(NOW.getTime() - behindHours * HOUR_MS),
  now: NOW,
});

it.each([12, 168])(
  "catches up what was missed within a day, where a run may wait for %s hours",
  (windowHours) => {
    const { runs } = planPulse(hourly(windowHours + 48), rulesOf(windowHours), undefined);
    const again = runs.filter(({ generation }) => generation === 1);
    expect(again).toHaveLength(24);
    expect(again.every(({ recoversRunId }) => recoversRunId !== null)).toBe(true);
    expect(runs.filter(({ state }) => state === "missed")).toHaveLength(48);
  },
);

it("queues what is due in its time, and begins what is late one after the other", () => {
  const { runs: inTime } = planPulse(hourly(1), rulesOf(12), undefined);
  expect(inTime).toMatchObject([{ state: "queued" }]);
  expect(inTime[0]?.startAt).toBeUndefined();
  const { runs: late } = planPulse(hourly(6), rulesOf(12), undefined);
  expect(late.map(({ state, startAt }) => [state, (startAt ?? NOW) > NOW])).toEqual(
    Array.from({ length: 6 }, () => ["planned", true]),
  );
});
