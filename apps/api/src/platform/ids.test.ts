import { validate, version } from "uuid";
import { describe, expect, it, vi } from "vitest";
import { newId } from "./ids.js";

describe("newId", () => {
  it("gives ids of version 7 that sort by creation, many of them in one millisecond", () => {
    const ids = Array.from({ length: 5_000 }, newId);
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });

  it("goes on in order while the clock steps back", () => {
    const before = newId();
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() - 60_000);
    const after = [newId(), newId()];
    now.mockRestore();
    expect([before, ...after].toSorted()).toEqual([before, ...after]);
  });
});
