import { expect, test } from "vitest";
import type { DispatchInput } from "../workflow/workflow.js";
import { readDispatchInputs } from "./dispatch-inputs.js";

const input = (changes: Partial<DispatchInput>): DispatchInput => ({
  type: "string",
  required: false,
  default: undefined,
  options: [],
  ...changes,
});
const declared = {
  who: input({ required: true }),
  level: input({ type: "choice", options: ["low", "high"], default: "high" }),
  dry: input({ type: "boolean" }),
  count: input({ type: "number", default: "3" }),
};

test("fills in defaults and types, and keeps github.event.inputs as text", () => {
  expect(readDispatchInputs(declared, { who: "Mona", dry: true })).toEqual({
    ok: true,
    typed: { who: "Mona", level: "high", dry: true, count: 3 },
    texts: { who: "Mona", level: "high", dry: "true", count: "3" },
  });
});

test.each([
  [{}, "Required input 'who' not provided"],
  [{ who: "a", extra: 1, toString: 2 }, 'Unexpected inputs provided: ["extra","toString"]'],
  [{ who: "a", level: "mid" }, "Provided value 'mid' for input 'level' not in the list of allowed values"],
  [
    { who: "a", dry: "perhaps" },
    "Provided value 'perhaps' for input 'dry' not in the list of allowed values",
  ],
  [{ who: "a", count: "many" }, "Provided value 'many' for input 'count' is not a number"],
])("refuses %j", (given, message) => {
  expect(readDispatchInputs(declared, given)).toEqual({ ok: false, message });
});
