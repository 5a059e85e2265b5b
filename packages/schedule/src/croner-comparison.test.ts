import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextRun } from "./next-run.js";

const ZONES = Intl.supportedValuesOf("timeZone");

const instant = fc.date({
  min: new Date("2015-01-01T00:00:00Z"),
  max: new Date("2037-01-01T00:00:00Z"),
  noInvalidDate: true,
});

const range = (min: number, max: number) =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
/** Croner refuses a step above the field's maximum. */
const step = (max: number) => fc.integer({ min: 1, max: Math.min(max, 20) });

/** Neither `*` nor a step: what croner calls a fixed-time job under `fixedTimeRule: "no-wildcard"`. */
const fixed = (min: number, max: number) =>
  fc
    .array(fc.oneof(fc.integer({ min, max }).map(String), range(min, max)), { minLength: 1, maxLength: 3 })
    .map((list) => list.join(","));
const any = (min: number, max: number) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant("*") },
    { weight: 1, arbitrary: step(max).map((by) => `*/${by}`) },
    { weight: 1, arbitrary: fc.tuple(range(min, max), step(max)).map(([of, by]) => `${of}/${by}`) },
    { weight: 3, arbitrary: fixed(min, max) },
  );
const named = (names: readonly string[]) => fc.constantFrom(...names);
const month = fc.oneof(any(1, 12), named(["jan", "FEB", "mar-jun", "Sep,nov"]));
/**
 * `*` with a step counts as unrestricted for us, as in Vixie cron, and as restricted for croner, so
 * such day fields are left out. Everything else about the two day fields must agree.
 */
const dayOfMonth = fc.oneof(fc.constant("*"), fixed(1, 31));
const weekday = fc.oneof(fc.constant("*"), fixed(0, 7), named(["mon", "TUE-thu", "sat,sun", "fri-sun"]));

const ours = (expression: string, timeZone: string, after: Date) => {
  try {
    return nextRun({
      schedule: { kind: "cron", expression },
      timeZone,
      after,
      pulseId: "p",
      jitterSecret: "s",
    })?.slot;
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith("No date")) return "never";
    throw error;
  }
};

const theirs = (expression: string, timeZone: string, after: Date) => {
  const job = new Cron(expression, { timezone: timeZone, fixedTimeRule: "no-wildcard", paused: true });
  const found = job.nextRun(after);
  return found === null ? "never" : `${found.toISOString().slice(0, 19)}Z`;
};

const offsetFormats = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }),
  ]),
);
const offsetAt = (timeZone: string, at: Date) =>
  /GMT(.*)$/.exec(offsetFormats.get(timeZone)?.format(at) ?? "")?.[1] ?? "";
const clockChangesNear = (timeZone: string, instants: readonly Date[]) =>
  instants.some((at) => {
    const around = [-36, 36].map((hours) => new Date(at.getTime() + hours * 3_600_000));
    return new Set(around.map((it) => offsetAt(timeZone, it))).size > 1;
  });

describe("agrees with the croner library", { timeout: 60_000 }, () => {
  it("on thousands of random expressions and zones, where the clock does not change", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.tuple(any(0, 59), any(0, 23), dayOfMonth, month, weekday).map((fields) => fields.join(" ")),
        fc.constantFrom(...ZONES),
        instant,
        (expression, timeZone, after) => {
          const expected = theirs(expression, timeZone, after);
          const found = ours(expression, timeZone, after);
          // Interval jobs differ at a change of the clock by design: the README states both rules.
          const involved = [expected, found].filter((it) => it !== "never" && it !== undefined);
          if (clockChangesNear(timeZone, [after, ...involved.map((it) => new Date(it as string))])) return;
          compared += 1;
          expect(found).toBe(expected);
        },
      ),
      { numRuns: 8_000 },
    );
    expect(compared).toBeGreaterThan(6_000);
  });

  it("on fixed times at the very changes of the clock", () => {
    const changes = [
      ["Europe/Paris", "2026-03-29T01:00:00Z"],
      ["Europe/Paris", "2026-10-25T01:00:00Z"],
      ["America/New_York", "2026-03-08T07:00:00Z"],
      ["America/New_York", "2026-11-01T06:00:00Z"],
      ["Australia/Lord_Howe", "2026-04-04T15:00:00Z"],
      ["Australia/Lord_Howe", "2026-10-03T15:30:00Z"],
      ["America/Havana", "2026-03-08T05:00:00Z"],
      ["America/Havana", "2026-11-01T05:00:00Z"],
      ["Atlantic/Azores", "2026-10-25T01:00:00Z"],
      ["Africa/Casablanca", "2026-02-15T02:00:00Z"],
      ["Africa/Casablanca", "2026-03-22T02:00:00Z"],
      ["Africa/Cairo", "2026-04-23T22:00:00Z"],
      ["Africa/Cairo", "2026-10-29T21:00:00Z"],
      ["America/Sao_Paulo", "2018-11-04T03:00:00Z"],
      ["America/Sao_Paulo", "2019-02-17T02:00:00Z"],
      ["America/Caracas", "2016-05-01T07:00:00Z"],
      ["Asia/Kathmandu", "1985-12-31T18:30:00Z"],
      ["Antarctica/Troll", "2026-03-29T01:00:00Z"],
      ["Antarctica/Troll", "2026-10-25T01:00:00Z"],
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.integer({ min: -24 * 60, max: 24 * 60 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 3 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
        ([timeZone, changeAt], minutesFromChange, minutes, hours) => {
          const after = new Date(Date.parse(changeAt) + minutesFromChange * 60_000);
          const expression = `${minutes.join(",")} ${hours.join(",")} * * *`;
          expect(ours(expression, timeZone, after)).toBe(theirs(expression, timeZone, after));
        },
      ),
      { numRuns: 4_000 },
    );
  });
});
