import type { RunnerClock } from "../runner-host.js";
import type { SecretMasker } from "./secret-masker.js";

const MAX_LINE_LENGTH = 64 * 1024;
const MAX_LOG_LENGTH = 8 * 1024 * 1024;

/** A job's log: every line with its time, masked, and bounded in all. */
export class JobLog {
  private length = 0;
  private full = false;

  constructor(
    private readonly masker: SecretMasker,
    private readonly clock: Pick<RunnerClock, "now">,
    private readonly write: (text: string) => void,
  ) {}

  line(text: string): void {
    if (this.full) return;
    const masked = this.masker.mask(text, Math.min(text.length, MAX_LINE_LENGTH));
    const cut = text.length > MAX_LINE_LENGTH ? " [line cut]" : "";
    const line = `${new Date(this.clock.now()).toISOString()} ${masked}${cut}\n`;
    this.length += line.length;
    this.full = this.length > MAX_LOG_LENGTH;
    this.write(this.full ? "##[warning]The log is full; what follows is not kept.\n" : line);
  }

  lines(text: string): void {
    for (const line of text.split("\n")) this.line(line);
  }

  error(message: string): void {
    this.line(`##[error]${message}`);
  }

  group(title: string, lines: readonly string[]): void {
    this.line(`##[group]${title}`);
    for (const line of lines) this.lines(line);
    this.line("##[endgroup]");
  }

  /** Splits a process's output into lines; what is past the longest line is dropped, not kept in memory. */
  openStream(onLine: (line: string) => void): { push(text: string): void; end(): void } {
    let pending = "";
    const bound = () => MAX_LINE_LENGTH + this.masker.longest + 1;
    return {
      push: (text) => {
        const [first = "", ...rest] = text.split("\n");
        pending = (pending + first).slice(0, bound());
        for (const next of rest) {
          onLine(pending.replace(/\r$/, ""));
          pending = next.slice(0, bound());
        }
      },
      end: () => {
        if (pending !== "") onLine(pending);
        pending = "";
      },
    };
  }
}
