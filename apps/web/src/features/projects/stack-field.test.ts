import { STACKS } from "@pulsekeep/contracts/api/projects";
import { NextIntlClientProvider } from "next-intl";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import messages from "../../../messages/en.json" with { type: "json" };
import { EMPTY_DRAFT } from "./project-draft";
import { StackField } from "./stack-field";

it("defect 17: has a label for every stack that can be chosen, and one for none", () => {
  expect(Object.keys(messages.projectForm.stacks)).toEqual([...STACKS]);
  expect(messages.projectForm.stackUnknown).not.toBe("");
});

it.each([EMPTY_DRAFT.stack, ...STACKS])("defect 17: shows what is chosen: '%s'", (value) => {
  const children = createElement(StackField, { value, onChange: () => undefined });
  const provided = { locale: "en", messages, timeZone: "UTC", children } as const;
  const markup = renderToStaticMarkup(createElement(NextIntlClientProvider, provided));
  expect(markup.match(/<option value="[^"]*" selected=""/g)).toEqual([
    `<option value="${value}" selected=""`,
  ]);
});
