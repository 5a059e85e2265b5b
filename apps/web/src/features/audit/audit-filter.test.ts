import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auditQueryOf, parseAuditFilter, writeAuditFilter } from "./audit-filter";

describe("parseAuditFilter", () => {
  it("reads back every filter that an address was written for", () => {
    const day = fc.option(
      fc
        .date({ min: new Date("1971-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
        .map((it) => it.toISOString().slice(0, 10)),
      { nil: undefined },
    );
    const action = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
    const actorKind = fc.option(fc.constantFrom("user", "worker", "api_key", "system" as const), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.record({ action, actorKind, fromDay: day, toDay: day }), (filter) => {
        const search = Object.fromEntries(new URLSearchParams(writeAuditFilter(filter)));
        expect(parseAuditFilter(search)).toEqual(filter);
      }),
    );
  });

  it("asks for nothing where an address holds nonsense", () => {
    const nonsense = { by: "__proto__", action: ["a", "b"], from: "2026-02-30", to: "yesterday" };
    expect(Object.values(parseAuditFilter(nonsense)).every((it) => it === undefined)).toBe(true);
  });
});

it("asks for the last day whole", () => {
  const { from, to } = auditQueryOf({ fromDay: "2026-11-01", toDay: "2026-11-01" });
  expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(86_400_000);
});
