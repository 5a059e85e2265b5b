import { expect, it } from "vitest";
import { parseHintChoice, writeHintChoice } from "./hint-choice";

it("reads back every choice that an address was written for, beside what else is asked for", () => {
  for (const choice of ["critical", "warning", "info", "dryRun", undefined] as const) {
    const written = new URLSearchParams(
      writeHintChoice(new URLSearchParams("tab=diagnostics&severity=info&mark=dryRun"), choice),
    );
    expect(written.get("tab")).toBe("diagnostics");
    expect(parseHintChoice(Object.fromEntries(written))).toBe(choice);
  }
});

it("asks for everything where an address holds nonsense", () => {
  expect(parseHintChoice({ severity: "loud", mark: ["dryRun"] })).toBeUndefined();
});
