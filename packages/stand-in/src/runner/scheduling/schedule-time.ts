import type { RunnerClock } from "../runner-host.js";

/**
 * Compressed time for schedules alone: `scale` minutes of schedule pass in a real minute. Tokens, time
 * limits and records stay on the real clock.
 */
export class ScheduleTime {
  private realAnchor: number;
  private scheduleAnchor: number;

  constructor(
    private readonly clock: Pick<RunnerClock, "now">,
    private scale: number,
  ) {
    checkScale(scale);
    this.realAnchor = clock.now();
    this.scheduleAnchor = this.realAnchor;
  }

  /** Goes on from the present instant at another speed. */
  setScale(scale: number): void {
    checkScale(scale);
    this.scheduleAnchor = this.current();
    this.realAnchor = this.clock.now();
    this.scale = scale;
  }

  /** Milliseconds since the epoch, as the schedule counts them. */
  current(): number {
    return this.scheduleAnchor + (this.clock.now() - this.realAnchor) * this.scale;
  }
}

function checkScale(scale: number): void {
  if (!(scale > 0)) throw new RangeError("timeScale must be above 0");
}
