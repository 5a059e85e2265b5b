import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDeploymentFilter, VERDICT_STATES, writeDeploymentFilter } from "./deployment-filter";

describe("parseDeploymentFilter", () => {
  it("reads back every filter that an address was written for", () => {
    const text = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
    const verdict = fc.option(fc.constantFrom(...VERDICT_STATES), { nil: undefined });
    fc.assert(
      fc.property(fc.record({ projectId: text, environment: text, verdict }), (filter) => {
        const search = Object.fromEntries(new URLSearchParams(writeDeploymentFilter(filter)));
        expect(parseDeploymentFilter(search)).toEqual(filter);
      }),
    );
  });

  it("asks for nothing where an address holds nonsense", () => {
    expect(parseDeploymentFilter({ verdict: "__proto__", project: "", environment: ["a", "b"] })).toEqual({
      projectId: undefined,
      environment: undefined,
      verdict: undefined,
    });
  });
});
