/** False alarms per metric that looking after every sample may cost in a whole window. */
const ALPHA = 0.01;

/**
 * The deviate that evidence after `looked` samples must pass so that it holds at every look of a window of
 * `planned` samples: Robbins' normal-mixture boundary (Howard, Ramdas, McAuliffe and Sekhon, Annals of
 * Statistics 2021), tightest at a third of the window.
 */
export function anytimeBoundary(looked: number, planned: number): number {
  const tightest = Math.max(1, planned / 3);
  const ratio = tightest / Math.max(1, looked);
  return Math.sqrt((1 + ratio) * Math.log((1 + 1 / ratio) / ALPHA ** 2));
}
