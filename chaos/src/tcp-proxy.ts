import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { PacedPipe } from "./paced-pipe.ts";

type Pair = { client: Socket; server: Socket; pipes: PacedPipe[]; isHalfOpen: boolean };

/**
 * A TCP proxy on loopback whose connections can be made slow, cut, reset or silent, so that a network fault is
 * one to the programs on both ends.
 */
export class TcpProxy {
  readonly port: number;
  /** Added on the way, in each direction. */
  latencyMs = 0;
  private upstreamPort: number;
  private isSilent = false;
  private readonly listener: Server;
  private readonly pairs = new Set<Pair>();

  /** Starts a proxy on a free port. */
  static async start(upstreamPort: number): Promise<TcpProxy> {
    const listener = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    if (address === null || typeof address === "string") throw new Error("The proxy has no port");
    return new TcpProxy(listener, { port: address.port, upstreamPort });
  }

  private constructor(listener: Server, { port, upstreamPort }: { port: number; upstreamPort: number }) {
    this.listener = listener;
    this.port = port;
    this.upstreamPort = upstreamPort;
    listener.on("connection", (client) => this.join(client));
  }

  /** How many connections are open. */
  get connections(): number {
    return this.pairs.size;
  }

  /** Whether something is on its way through. */
  get isCarrying(): boolean {
    return [...this.pairs].some(({ pipes }) => pipes.some((pipe) => pipe.isWaiting));
  }

  /** Sends later connections to another port: that of a server that was started again. */
  retarget(upstreamPort: number): void {
    this.upstreamPort = upstreamPort;
  }

  /** Ends all connections in good order (FIN). */
  cut(): void {
    for (const { client, server } of this.pairs) {
      client.destroySoon();
      server.destroySoon();
    }
  }

  /** Ends all connections at once (RST). */
  reset(): void {
    for (const { client, server } of this.pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Ends one side of every connection and leaves the other in the belief that nothing happened. */
  halfOpen(gone: "client" | "server"): void {
    for (const pair of this.pairs) {
      pair.isHalfOpen = true;
      for (const pipe of pair.pipes) pipe.hold();
      pair[gone].resetAndDestroy();
    }
  }

  /** Carries nothing more in either direction, new connections included, and tells nobody. */
  blackhole(): void {
    this.isSilent = true;
    for (const { pipes } of this.pairs) for (const pipe of pipes) pipe.hold();
  }

  /** Ends latency and silence. What was held back flows on; who was left half open learns of it. */
  resume(): void {
    this.isSilent = false;
    this.latencyMs = 0;
    for (const pair of this.pairs) {
      if (pair.isHalfOpen) {
        pair.client.resetAndDestroy();
        pair.server.resetAndDestroy();
        this.pairs.delete(pair);
      } else for (const pipe of pair.pipes) pipe.release();
    }
  }

  async close(): Promise<void> {
    this.resume();
    this.reset();
    const closed = once(this.listener, "close");
    this.listener.close();
    await closed;
  }

  private join(client: Socket): void {
    const server = connect({ host: "127.0.0.1", port: this.upstreamPort, allowHalfOpen: true });
    client.setNoDelay(true);
    server.setNoDelay(true);
    const latencyMs = () => this.latencyMs;
    const pipes = [new PacedPipe(client, server, latencyMs), new PacedPipe(server, client, latencyMs)];
    const pair: Pair = { client, server, pipes, isHalfOpen: false };
    this.pairs.add(pair);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on("error", () => undefined);
      socket.on("close", (hadError: boolean) => {
        if (pair.isHalfOpen) return;
        this.pairs.delete(pair);
        if (hadError) other.resetAndDestroy();
        else other.destroySoon();
      });
    }
    if (this.isSilent) for (const pipe of pipes) pipe.hold();
    else client.resume();
  }
}
