import { expect, it } from "vitest";
import { failureKind } from "./failure-kind.js";

const secret = "My private pulse";

it.each([
  [
    "a failed statement",
    new Error(`params: ${secret}`, { cause: Object.assign(new Error(secret), { code: "23505" }) }),
    "SQLSTATE 23505",
  ],
  [
    "a lost connection",
    Object.assign(new Error(`connect ${secret}`), { code: "ECONNREFUSED" }),
    "ECONNREFUSED",
  ],
  ["a broken promise of the code", new TypeError(secret), "TypeError"],
  ["an error whose code is a sentence", Object.assign(new Error("x"), { code: secret }), "Error"],
  ["something thrown that is no error", secret, "Error"],
])("names the kind of %s and none of its words", (_, error, kind) => {
  expect(failureKind(error)).toBe(kind);
});
