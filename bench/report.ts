import { printLine } from "./lines.ts";
import type { Medians } from "./rounds.ts";

/** Prints every figure: ours first, then each peer's, then how many times each peer's rate ours is. */
export function printMedians(bench: string, medians: Medians): void {
  for (const [name, figures] of medians)
    for (const [metric, figure] of Object.entries(figures))
      printLine(bench, { metric, ...figure, ...(name === "ours" ? {} : { peer: name }) });
  const ours = medians.get("ours") ?? {};
  for (const [name, figures] of medians)
    for (const [metric, { value, unit }] of Object.entries(figures)) {
      const own = ours[metric];
      if (name === "ours" || !own || !unit.endsWith("/s")) continue;
      printLine(bench, {
        metric: `${metric}_of_${name.replace("-", "_")}`,
        value: own.value / value,
        unit: "x",
      });
    }
}
