/** With fewer, nothing is known of a sender's pace. */
const FEWEST_SAMPLES = 5;
/** What comes more often is not read. */
const DENSEST_SECONDS = 0.1;

/**
 * How often a service sends samples by itself: the middle of the distances between those before a deployment. Who asks
 * for samples knows what time each stands for, and how many there should be; who is sent them goes by the sender.
 *
 * @param samples of the baseline, oldest first
 * @param otherwise seconds, where there are too few to tell
 */
export function usualStepSeconds(samples: readonly { at: number }[], otherwise: number): number {
  if (samples.length < FEWEST_SAMPLES) return otherwise;
  const distances = samples.slice(1).map(({ at }, index) => (at - (samples[index]?.at ?? at)) / 1_000);
  const middle = distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? otherwise;
  return Math.max(DENSEST_SECONDS, middle);
}

/**
 * What time a sample of a later look stands for. An endpoint is asked more often than usual while another deployment of
 * its project is watched; so many samples are no more requests.
 *
 * @param look.seconds that were looked at, above 0
 * @param look.samples of that time, those that brought nothing among them
 */
export const lookedAtStepSeconds = (look: {
  seconds: number;
  samples: number;
  baselineSeconds: number;
}): number => Math.min(look.baselineSeconds, look.seconds / Math.max(1, look.samples));
