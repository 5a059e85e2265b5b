import { inspect } from "node:util";
import { vi } from "vitest";

/** What left this process beside answers: requests to others, and lines on the console. */
export type Overheard = {
  /** One text per request: address, headers and body. */
  requests: { origin: string; text: string }[];
  console: string[];
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
  return { requests, console: lines, stop: () => vi.restoreAllMocks() };
}
