import { expect, it } from "vitest";
import { type LatestDeployment, toBadgeState } from "./badge-state.js";
import { toBadgeSvg } from "./badge-svg.js";

const latest = (state: LatestDeployment["state"], marks: Partial<LatestDeployment> = {}) =>
  ({ state, startedAt: null, dryRun: false, lateWarning: false, ...marks }) satisfies LatestDeployment;

it("says every state in every language, and never OK before it is known", () => {
  for (const locale of ["en", "fr", "es", "de"] as const) {
    const messages = (["collecting", "ok", "warning", "rollback_recommended", "inconclusive"] as const).map(
      (state) => toBadgeState(latest(state), "prod", locale).message,
    );
    messages.push(toBadgeState(latest(null), "prod", locale).message);
    expect(new Set(messages).size).toBe(6);
    expect(messages.filter((message) => message === "ok")).toHaveLength(1);
  }
});

it("marks a dry run, which alarms nobody, and a warning that was found later", () => {
  const badge = (...args: Parameters<typeof latest>) => toBadgeState(latest(...args), "prod", "en");
  const [rollback, warning] = [badge("rollback_recommended"), badge("warning")];
  expect(badge("rollback_recommended", { dryRun: true }).message).toBe("rollback recommended (dry run)");
  expect(badge("rollback_recommended", { dryRun: true }).color).not.toBe(rollback.color);
  expect(badge("ok", { lateWarning: true })).toMatchObject({
    message: "warning (found later)",
    color: warning.color,
    state: "ok",
  });
  expect(badge("rollback_recommended", { lateWarning: true }).message).toBe(rollback.message);
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
