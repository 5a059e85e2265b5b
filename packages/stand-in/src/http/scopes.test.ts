import fc from "fast-check";
import { expect, test } from "vitest";
import { hasScope, normalizeScopes, parseScopes } from "./scopes.js";

const scope = fc.constantFrom(
  "repo",
  "public_repo",
  "user",
  "user:email",
  "read:user",
  "workflow",
  "gist",
  "nonsense",
);

test("drops what another scope includes and what does not exist", () => {
  expect(parseScopes("user:email,user repo public_repo nonsense workflow")).toEqual([
    "repo",
    "user",
    "workflow",
  ]);
});

test("normalizing never loses a right and never adds one", () => {
  fc.assert(
    fc.property(fc.array(scope), (requested) => {
      const normalized = normalizeScopes(requested);
      for (const wanted of requested.filter((name) => name !== "nonsense"))
        expect(hasScope(normalized, wanted)).toBe(true);
      for (const granted of normalized) expect(requested).toContain(granted);
      expect(normalizeScopes(normalized)).toEqual(normalized);
    }),
  );
});

test("the repo scope does not include the workflow scope", () => {
  expect(hasScope(["repo"], "workflow")).toBe(false);
});
