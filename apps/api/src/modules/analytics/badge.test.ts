import { expect, it } from "vitest";
import { toBadgeState } from "./badge-state.js";
import { toBadgeSvg } from "./badge-svg.js";

it("says every state in every language, and never OK before it is known", () => {
  for (const locale of ["en", "fr", "es", "de"] as const) {
    const messages = (["collecting", "ok", "warning", "rollback_recommended", "inconclusive"] as const).map(
      (state) => toBadgeState({ state, startedAt: null }, "prod", locale).message,
    );
    messages.push(toBadgeState({ state: null, startedAt: null }, "prod", locale).message);
    expect(new Set(messages).size).toBe(6);
    expect(messages.filter((message) => message === "ok")).toHaveLength(1);
  }
});

it("writes a picture that no text can break out of", () => {
  const svg = toBadgeSvg({ label: `"><script>x</script>&'`, message: "<b>", color: '"/>' });
  expect(svg).not.toMatch(/<script|<b>|""/);
  expect(svg.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(1);
});

it("makes room for its text", () => {
  const width = (message: string) =>
    Number(/width="(\d+)"/.exec(toBadgeSvg({ label: "prod", message, color: "#000" }))?.[1]);
  expect(width("rollback recommended")).toBeGreaterThan(width("ok") + 80);
});
