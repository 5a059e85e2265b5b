import fc from "fast-check";
import { expect, test } from "vitest";
import { html } from "./html.js";

test("escapes what is put in, but not markup made by itself", () => {
  const inner = html`<b>${`"<&'>`}</b>`;
  expect(html`<i title="${'x"y'}">${inner}</i>`.markup).toBe(
    '<i title="x&quot;y"><b>&quot;&lt;&amp;&#39;&gt;</b></i>',
  );
});

test("no text ever opens a tag or leaves an attribute", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(html`${text}`.markup).not.toMatch(/[<>"']/);
    }),
  );
});
