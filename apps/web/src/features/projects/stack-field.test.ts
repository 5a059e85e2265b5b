import { STACKS } from "@pulsekeep/contracts/api/projects";
import { expect, it } from "vitest";
import messages from "../../../messages/en.json" with { type: "json" };

it("defect 17: has a label for every stack that can be chosen, and one for none", () => {
  expect(Object.keys(messages.projectForm.stacks)).toEqual([...STACKS]);
  expect(messages.projectForm.stackUnknown).not.toBe("");
});
