type Reading = { atMs: number; cpuMs: number };

const READ_EVERY_MS = 500;

/** This process's share of one processor core over the last seconds, and of the memory that it may use. */
export class ProcessUsage {
  private readings: Reading[] = [read()];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: { windowMs: number; memoryLimitBytes: number }) {
    this.timer = setInterval(() => this.readings.push(read()), READ_EVERY_MS).unref();
  }

  figures(): { cpuUsage: number; memoryUsage: number } {
    const now = read();
    const kept = this.readings.findIndex(({ atMs }) => atMs > now.atMs - this.options.windowMs);
    if (kept > 0) this.readings = this.readings.slice(kept);
    const first = this.readings[0] ?? now;
    const spanMs = now.atMs - first.atMs;
    return {
      cpuUsage: spanMs > 0 ? Math.min(1, (now.cpuMs - first.cpuMs) / spanMs) : 0,
      memoryUsage: Math.min(1, process.memoryUsage.rss() / this.options.memoryLimitBytes),
    };
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

function read(): Reading {
  const { user, system } = process.cpuUsage();
  return { atMs: performance.now(), cpuMs: (user + system) / 1_000 };
}
