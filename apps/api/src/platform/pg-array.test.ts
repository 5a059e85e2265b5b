import { expect, it } from "vitest";
import { pgArray } from "./pg-array.js";

it("writes words, numbers, what is missing, and instants that follow each other", () => {
  const at = new Date("2026-11-22T10:00:00.123Z");
  const later = new Date(at.getTime() + 1);
  expect(pgArray([])).toBe("{}");
  expect(pgArray(["a", 1, 0, false, null, undefined])).toBe("{a,1,0,false,NULL,NULL}");
  expect(pgArray([at, new Date(at), null, later, at])).toBe(
    `{${[at, at].map((it) => it.toISOString()).join(",")},NULL,${later.toISOString()},${at.toISOString()}}`,
  );
});
