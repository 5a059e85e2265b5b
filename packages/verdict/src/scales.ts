/**
 * How a metric is compared. `log`: changes are ratios. `share`: logarithm of (value + offset), so that a rate
 * near zero is compared by difference and a high one by ratio. `linear`: by difference.
 */
export type ScaleKind = "log" | "share" | "linear";

export interface Scale {
  forward: (value: number) => number;
  backward: (scaled: number) => number;
}

/** Rates well below this are compared by difference, rates well above it by ratio. */
const SHARE_OFFSET = 0.002;

/** Values below this share of the baseline are as good as zero on a logarithmic scale. */
const LOG_FLOOR_SHARE = 0.01;

/** Below this a level is zero by any account, and its hundredth might not be a number above zero. */
const LEAST_LEVEL = 1e-200;

const LINEAR: Scale = { forward: (value) => value, backward: (scaled) => scaled };

/** The scale for a baseline with the median `level`; falls back to linear where a logarithm has no base level. */
export function scaleFor(kind: ScaleKind, level: number): Scale {
  if (kind === "share") {
    return {
      forward: (value) => Math.log(Math.max(0, value) + SHARE_OFFSET),
      backward: (scaled) => Math.exp(scaled) - SHARE_OFFSET,
    };
  }
  if (kind === "linear" || level < LEAST_LEVEL) return LINEAR;
  const floor = level * LOG_FLOOR_SHARE;
  return { forward: (value) => Math.log(Math.max(value, floor)), backward: Math.exp };
}
