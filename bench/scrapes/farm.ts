import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const ANSWER = JSON.stringify({
  metrics: { requests_per_sec: 42, latency_p95: 80, error_rate: 0.001, cpu_usage: 0.3, memory_usage: 0.5 },
});
/** How long services take to answer: spread over this, by their number. */
const MAX_ANSWER_MS = 40;

/** Metrics endpoints of many services on one port; each is told from the others by its path. */
export class Farm {
  /** When each endpoint was asked, in milliseconds since 1970. */
  readonly askedAtMs: number[][];
  private readonly server: Server;

  /** @param hanging those from this number on never answer */
  constructor(endpoints: number, hanging: number) {
    this.askedAtMs = Array.from({ length: endpoints }, () => []);
    this.server = createServer({ keepAlive: false }, (request, response) => {
      const number = Number((request.url ?? "").slice(3));
      this.askedAtMs[number]?.push(performance.timeOrigin + performance.now());
      if (number >= hanging) return;
      setTimeout(
        () => {
          response.writeHead(200, { "content-type": "application/json" });
          response.end(ANSWER);
        },
        (number * 7) % MAX_ANSWER_MS,
      );
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", 4_096, resolve));
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  forget(): void {
    for (const instants of this.askedAtMs) instants.length = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
