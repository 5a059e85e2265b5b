import type { SentRequest } from "./worker-connection.ts";

const KEPT = 200;

/** Requests that somebody on the way has seen and may send again. */
export class Overheard {
  private readonly requests: SentRequest[] = [];

  keep(request: SentRequest): void {
    this.requests.push(request);
    if (this.requests.length > KEPT) this.requests.shift();
  }

  /** `unit` from 0 to 1 chooses; undefined while nothing was heard. */
  pick(unit: number): SentRequest | undefined {
    return this.requests[Math.floor(unit * this.requests.length)];
  }
}
