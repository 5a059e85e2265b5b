import { median } from "./statistics.js";

/**
 * How a metric is compared. `log`: changes are ratios. `share`: logarithm of (value + offset), so that a rate
 * near zero is compared by difference and a high one by ratio. `linear`: by difference.
 */
export type ScaleKind = "log" | "share" | "linear";

export interface Scale {
  forward: (value: number) => number;
  backward: (scaled: number) => number;
}

/** Values below this share of the baseline are as good as zero on a logarithmic scale. */
const LOG_FLOOR_SHARE = 0.01;

const LINEAR: Scale = { forward: (value) => value, backward: (scaled) => scaled };

/** The scale for one baseline; falls back to linear where a logarithm has no base level. */
export function scaleFor(kind: ScaleKind, pre: readonly number[], offset: number): Scale {
  if (kind === "share") {
    return {
      forward: (value) => Math.log(Math.max(0, value) + offset),
      backward: (scaled) => Math.exp(scaled) - offset,
    };
  }
  if (kind === "linear" || pre.length === 0) return LINEAR;
  const level = median(pre);
  if (level <= 0) return LINEAR;
  const floor = level * LOG_FLOOR_SHARE;
  return { forward: (value) => Math.log(Math.max(value, floor)), backward: Math.exp };
}
