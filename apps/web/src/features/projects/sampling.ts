import { holdsEnoughSamples } from "@pulsekeep/contracts/api/projects";

/** How long and how often a deployment is measured, and the baseline before it; seconds. */
export const SAMPLING = [
  { name: "windowSeconds", min: 30, max: 86_400 },
  { name: "sampleSeconds", min: 2, max: 300 },
  { name: "baselineSeconds", min: 2, max: 3_600 },
] as const;

/** What to say of a window that the API would refuse: seconds as they were typed. */
export function findWindowFault(seconds: Record<"windowSeconds" | "sampleSeconds", string | number>) {
  const [windowSeconds, sampleSeconds] = [Number(seconds.windowSeconds), Number(seconds.sampleSeconds)];
  const [{ min, max }] = SAMPLING;
  if (!(Number.isInteger(windowSeconds) && windowSeconds >= min && windowSeconds <= max)) return "range";
  return holdsEnoughSamples({ windowSeconds, sampleSeconds }) ? undefined : "tooFewSamples";
}
