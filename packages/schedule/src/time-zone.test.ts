import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, MINUTE_MS } from "./local-date.js";
import { getTimeZone } from "./time-zone.js";

const ZONES = Intl.supportedValuesOf("timeZone");
const instantMs = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2038, 0) });

/** Read from the runtime's own text, `GMT+05:45` or `GMT-00:44:30`. */
const offsetMsAt = (timeZone: string, ms: number) => {
  const text = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).format(ms);
  const [, sign, hours, minutes, seconds] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0);
  return (sign === "-" ? -size : size) * 1_000;
};

describe("getTimeZone", { timeout: 60_000 }, () => {
  it("shows the offset that the runtime shows, at any instant in every zone", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instantMs, (name, ms) => {
        expect(getTimeZone(name).offsetMsAt(ms)).toBe(offsetMsAt(name, ms));
      }),
      { numRuns: 5_000 },
    );
  });

  it("finds the instant of a wall-clock time: the first that shows it, or the end of the gap that swallows it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instantMs, (name, localMs) => {
        const zone = getTimeZone(name);
        const found = zone.instantMsOf(localMs);
        const shown = found + zone.offsetMsAt(found);
        if (shown !== localMs) {
          expect(shown).toBeGreaterThan(localMs);
          expect(found - 1 + zone.offsetMsAt(found - 1)).toBeLessThan(localMs);
        }
        for (const earlierMs of [30, 60, 120].map((minutes) => found - minutes * 60_000)) {
          expect(earlierMs + zone.offsetMsAt(earlierMs)).not.toBe(localMs);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    "America/Havana",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Pacific/Apia",
  ])("calls the offset of a date steady exactly when each of its minutes has it, in %s", (name) => {
    const zone = getTimeZone(name);
    let changes = 0;
    for (let day = Date.UTC(2005, 0) / DAY_MS; day < Date.UTC(2012, 0) / DAY_MS; day += 1) {
      const localMs = Array.from({ length: 96 }, (_, quarter) => day * DAY_MS + quarter * 15 * MINUTE_MS);
      const offsets = new Set(localMs.map((ms) => ms - zone.instantMsOf(ms)));
      if (offsets.size > 1) changes += 1;
      expect(zone.steadyOffsetMsOn(day)).toBe(offsets.size === 1 ? [...offsets][0] : undefined);
    }
    expect(changes).toBeGreaterThan(0);
  });

  it("refuses a name that the runtime does not know", () => {
    expect(() => getTimeZone("Mars/Olympus")).toThrow(RangeError);
  });
});
