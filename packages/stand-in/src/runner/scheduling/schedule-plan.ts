import { findNextDue } from "./cron-line.js";

interface PlannedLine {
  readonly cron: string;
  dueAt: number | undefined;
  lastAt: number | undefined;
}

/** The cron lines of one workflow file and when each is due next. Missed occurrences are not made up for. */
export class SchedulePlan {
  private readonly lines: readonly PlannedLine[];

  constructor(crons: readonly string[], at: number) {
    this.lines = crons.map((cron) => ({
      cron,
      dueAt: findNextDue(cron, { afterAt: at }),
      lastAt: undefined,
    }));
  }

  get crons(): readonly string[] {
    return this.lines.map((line) => line.cron);
  }

  /** The occurrences that have come due, at most one per line, and moves each of those lines on. */
  takeDue(at: number): readonly { cron: string; dueAt: number }[] {
    const due: { cron: string; dueAt: number }[] = [];
    for (const line of this.lines) {
      if (line.dueAt === undefined || line.dueAt > at) continue;
      due.push({ cron: line.cron, dueAt: line.dueAt });
      line.lastAt = line.dueAt;
      line.dueAt = findNextDue(line.cron, { afterAt: at, lastAt: line.lastAt });
    }
    return due;
  }
}
