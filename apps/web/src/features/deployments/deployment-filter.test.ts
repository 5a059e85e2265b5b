import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DEPLOYMENT_STATES,
  MARKS,
  PERIODS,
  parseDeploymentFilter,
  parseDeploymentOrder,
  VERDICT_STATES,
  writeDeploymentFilter,
} from "./deployment-filter";

describe("parseDeploymentFilter", () => {
  it("reads back every filter that an address was written for", () => {
    const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
    const text = optional(fc.string({ minLength: 1, maxLength: 100 }).filter((it) => it.trim() !== ""));
    const asked = fc.record({
      projectId: text,
      environment: text,
      service: text,
      state: optional(fc.constantFrom(...DEPLOYMENT_STATES)),
      verdict: optional(fc.constantFrom(...VERDICT_STATES)),
      mark: optional(fc.constantFrom(...MARKS)),
      period: optional(fc.constantFrom(...PERIODS)),
      search: text,
    });
    fc.assert(
      fc.property(asked, (filter) => {
        const search = Object.fromEntries(new URLSearchParams(writeDeploymentFilter(filter)));
        expect(parseDeploymentFilter(search)).toEqual(filter);
      }),
    );
  });

  it("keeps the order beside the filter, and none for the usual one", () => {
    const read = (query: string) => parseDeploymentOrder(Object.fromEntries(new URLSearchParams(query)));
    const order = { sort: "duration", order: "asc" } as const;
    expect(read(writeDeploymentFilter({ verdict: "ok" }, order))).toEqual(order);
    expect(read("sort=started&order=desc")).toEqual({});
    expect(read("sort=verdict")).toEqual({ sort: "verdict", order: "desc" });
    expect(read("sort=id&order=asc")).toEqual({});
  });

  it("asks for nothing where an address holds nonsense", () => {
    const nonsense = {
      verdict: "__proto__",
      state: "gone",
      project: "",
      environment: ["a", "b"],
      period: "era",
    };
    expect(Object.values(parseDeploymentFilter(nonsense)).filter((it) => it !== undefined)).toEqual([]);
  });
});
