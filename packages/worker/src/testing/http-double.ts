import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface DoubleRequest {
  method: string;
  /** Path without query. */
  path: string;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface DoubleAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | object;
  /** Ends the connection without an answer, as when it is lost on the way. */
  lost?: boolean;
}

/** One side of a conversation, as a function: served over HTTP or called in place of `fetch`. */
export type HttpDouble = (request: DoubleRequest) => DoubleAnswer;

/** A `fetch` that asks `double` whatever the host. */
export function fetchFrom(double: HttpDouble): typeof fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const answer = double({
      method: init?.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      headers: Object.fromEntries(new Headers(init?.headers).entries()),
      body: typeof init?.body === "string" ? init.body : "",
    });
    if (answer.lost) return Promise.reject(new TypeError("fetch failed"));
    const { status, headers = {} } = answer;
    const body = status === 204 ? null : bodyText(answer);
    return Promise.resolve(new Response(body, { status, headers }));
  };
}

/** Serves `double` on a free port of the loopback interface. */
export async function serve(double: HttpDouble): Promise<{ url: string; close: () => Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const answer = double({
        method: request.method ?? "GET",
        path: url.pathname,
        query: url.searchParams,
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(", ")]),
        ),
        body: Buffer.concat(chunks).toString(),
      });
      if (answer.lost) return response.destroy();
      return response.writeHead(answer.status, answer.headers).end(bodyText(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

function bodyText({ body = "" }: DoubleAnswer): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}
