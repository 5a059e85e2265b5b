import type { Socket } from "node:net";

/** One direction of a proxied connection. Bytes keep their order however the latency changes on the way. */
export class PacedPipe {
  private readonly from: Socket;
  private readonly to: Socket;
  private readonly latencyMs: () => number;
  private readonly waiting: { dueAtMs: number; chunk: Buffer | undefined }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isHeld = false;

  constructor(from: Socket, to: Socket, latencyMs: () => number) {
    this.from = from;
    this.to = to;
    this.latencyMs = latencyMs;
    from.on("data", (chunk: Buffer) => this.take(chunk));
    from.on("end", () => this.take(undefined));
    to.on("drain", () => this.flow());
  }

  /** Whether something waits here for its time. */
  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** Carries nothing until `release`; what comes meanwhile waits in the kernel. */
  hold(): void {
    this.isHeld = true;
    this.from.pause();
  }

  release(): void {
    this.isHeld = false;
    this.flush();
    this.flow();
  }

  private flow(): void {
    if (!this.isHeld && !this.to.writableNeedDrain) this.from.resume();
  }

  private take(chunk: Buffer | undefined): void {
    this.waiting.push({ dueAtMs: performance.now() + this.latencyMs(), chunk });
    this.flush();
  }

  private flush(): void {
    while (!this.isHeld && this.waiting[0] && this.waiting[0].dueAtMs <= performance.now())
      this.send(this.waiting.shift()?.chunk);
    const next = this.waiting[0];
    if (this.isHeld || next === undefined || this.timer !== undefined) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.flush();
      },
      Math.max(1, next.dueAtMs - performance.now()),
    );
  }

  private send(chunk: Buffer | undefined): void {
    if (this.to.destroyed) return;
    if (chunk === undefined) this.to.end();
    else if (!this.to.write(chunk)) this.from.pause();
  }
}
