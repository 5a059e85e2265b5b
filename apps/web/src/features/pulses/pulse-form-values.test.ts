import { pulseCreateSchema } from "@pulsekeep/contracts/api/pulses";
import { describe, expect, it } from "vitest";
import { getDefaultSchedule, getNewPulseValues, getTarget, usesMoreOptions } from "./pulse-form-values";

const values = getNewPulseValues({
  workerId: "0197a000-0000-7000-8000-000000000001",
  timeZone: "Europe/Paris",
  locale: "de",
});

describe("getNewPulseValues", () => {
  it("needs only a name to be a pulse that the API takes, with any kind of schedule", () => {
    for (const kind of ["times", "cron", "every", "once"] as const) {
      const schedule = getDefaultSchedule(kind, Date.parse("2026-11-20T09:12:00Z"));
      expect(pulseCreateSchema.safeParse({ ...values, name: "Journal", schedule }).success).toBe(true);
    }
  });

  it("uses none of the options that the form folds away", () => {
    expect(usesMoreOptions(values)).toBe(false);
    expect(usesMoreOptions({ ...values, message: { ...values.message, templates: ["Notes"] } })).toBe(true);
    expect(usesMoreOptions({ ...values, target: { repository: null, branch: "notes" } })).toBe(true);
  });
});

describe("getDefaultSchedule", () => {
  it("begins at the next full hour where an instant is asked for", () => {
    const now = Date.parse("2026-11-20T09:12:00Z");
    expect(getDefaultSchedule("once", now)).toEqual({ kind: "once", runAt: "2026-11-20T10:00:00.000Z" });
  });
});

describe("getTarget", () => {
  it("leaves the worker's own repository unnamed until a branch of it is chosen", () => {
    expect(getTarget({ repository: null, branch: null }, "alice/keepstreak-pulse")).toBeUndefined();
    expect(getTarget({ repository: null, branch: "notes" }, "alice/keepstreak-pulse")).toEqual({
      repository: "alice/keepstreak-pulse",
      branch: "notes",
    });
    expect(getTarget({ repository: "alice/site", branch: null }, undefined)).toEqual({
      repository: "alice/site",
      branch: null,
    });
  });
});
