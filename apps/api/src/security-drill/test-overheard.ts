import { Socket } from "node:net";
import { inspect } from "node:util";
import { vi } from "vitest";

/** What left this process beside answers: requests to others, and lines on the console. */
export type Overheard = {
  /** One text per request: address, headers and body. */
  requests: { origin: string; text: string }[];
  console: string[];
  /** Everything that was written to the store at this address, so that what was deleted again is seen too. */
  sentTo(url: string): string[];
  stop(): void;
};

/** Listens to everything that this process sends and prints, without changing it. */
export function overhear(): Overheard {
  const requests: Overheard["requests"] = [];
  const lines: string[] = [];
  const realFetch = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? "" : await request.clone().text();
    const headers = JSON.stringify([...request.headers]);
    requests.push({
      origin: new URL(request.url).origin,
      text: `${request.method} ${request.url}\n${headers}\n${body}`,
    });
    return realFetch(input, init);
  });
  for (const method of ["log", "info", "warn", "error", "debug", "trace"] as const)
    vi.spyOn(console, method).mockImplementation((...parts: unknown[]) => {
      lines.push(
        parts.map((part) => (typeof part === "string" ? part : inspect(part, { depth: 8 }))).join(" "),
      );
    });
  const written = overhearSockets();
  return {
    requests,
    console: lines,
    sentTo: (url) => written.get(addressOf(url)) ?? [],
    stop: () => vi.restoreAllMocks(),
  };
}

/** What goes over sockets that this process opens, by the port or the path that they lead to. */
function overhearSockets(): Map<string, string[]> {
  const written = new Map<string, string[]>();
  const leadsTo = new WeakMap<Socket, string>();
  type Method = (this: Socket, ...args: unknown[]) => unknown;
  const connect = Reflect.get(Socket.prototype, "connect") as Method;
  const write = Reflect.get(Socket.prototype, "write") as Method;
  vi.spyOn(Socket.prototype, "connect").mockImplementation(function (this: Socket, ...args: unknown[]) {
    const [first] = args.flat(1);
    const target = typeof first === "object" && first !== null ? first : { port: first };
    const { path, port } = target as { path?: string; port?: unknown };
    leadsTo.set(this, path ?? String(port));
    return Reflect.apply(connect, this, args) as Socket;
  });
  vi.spyOn(Socket.prototype, "write").mockImplementation(function (this: Socket, ...args: unknown[]) {
    const target = leadsTo.get(this);
    const [chunk] = args;
    if (target !== undefined && (typeof chunk === "string" || chunk instanceof Uint8Array)) {
      const kept = written.get(target) ?? [];
      kept.push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("latin1"));
      written.set(target, kept);
    }
    return Reflect.apply(write, this, args) as boolean;
  });
  return written;
}

/** As a socket names it: the path of a socket file, or the port. */
function addressOf(url: string): string {
  const { protocol, hostname, port, pathname, searchParams } = new URL(url);
  if (protocol === "unix:") return pathname;
  const folder = searchParams.get("host") ?? decodeURIComponent(hostname);
  return folder.startsWith("/") ? `${folder}/.s.PGSQL.${port || 5432}` : port;
}
