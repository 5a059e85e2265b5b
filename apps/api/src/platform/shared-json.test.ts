import { expect, it } from "vitest";
import { parseSharedJson } from "./shared-json.js";

it("gives what the text says, again and again, and for more texts than it keeps", () => {
  const long = JSON.stringify({ text: "x".repeat(5_000) });
  expect(parseSharedJson(long)).toEqual(JSON.parse(long));
  for (const round of [1, 2])
    for (let number = 0; number < 1_500; number += 1)
      expect(parseSharedJson(`{"number":${number},"round":[null]}`), `round ${round}`).toEqual({
        number,
        round: [null],
      });
  expect(parseSharedJson("null")).toBeNull();
  expect(() => parseSharedJson("{")).toThrow(SyntaxError);
});

it("gives nobody a value that another could change", () => {
  const value = parseSharedJson<{ list: number[] }>(`{"list":[1]}`);
  expect(() => value.list.push(2)).toThrow(TypeError);
  expect(parseSharedJson(`{"list":[1]}`)).toEqual({ list: [1] });
});
