/** How long and how often a deployment is measured, and the baseline before it; seconds. */
export const SAMPLING = [
  { name: "windowSeconds", min: 30, max: 86_400 },
  { name: "sampleSeconds", min: 2, max: 300 },
  { name: "baselineSeconds", min: 2, max: 3_600 },
] as const;
