/** Demand has tides and breathes, as it does everywhere: by these shares, over these many seconds. */
const RHYTHM = [
  { share: 0.15, seconds: 600 },
  { share: 0.08, seconds: 15 },
];

/** Now and then somebody shares a link. Seconds between, on average; how long it lasts; how much more come. */
const BURST_EVERY_SECONDS = 30;
const BURST_SECONDS = { least: 1, most: 4 };
const BURST_SHARE = { least: 0.3, most: 1 };

/** 0 (included) to 1 (excluded), as Math.random() gives it. */
export type Chance = () => number;

/**
 * How many times the average demand there is at an instant: tides at a random phase, and bursts at random times.
 *
 * @param startMs the first instant that is asked for; the later ones must not go backwards
 */
export function startDemand(startMs: number, chance: Chance = Math.random): (atMs: number) => number {
  const phases = RHYTHM.map(() => chance() * 2 * Math.PI);
  let burst = nextBurst(startMs, chance);
  return (atMs) => {
    while (atMs >= burst.untilMs) burst = nextBurst(burst.untilMs, chance);
    const tide = RHYTHM.reduce(
      (sum, { share, seconds }, i) =>
        sum + share * Math.sin((2 * Math.PI * atMs) / (seconds * 1_000) + (phases[i] ?? 0)),
      1,
    );
    return tide * (atMs >= burst.fromMs ? 1 + burst.share : 1);
  };
}

function nextBurst(afterMs: number, chance: Chance): { fromMs: number; untilMs: number; share: number } {
  const fromMs = afterMs - Math.log(1 - chance()) * BURST_EVERY_SECONDS * 1_000;
  const between = ({ least, most }: { least: number; most: number }) => least + chance() * (most - least);
  return { fromMs, untilMs: fromMs + between(BURST_SECONDS) * 1_000, share: between(BURST_SHARE) };
}
