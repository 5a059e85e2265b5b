import createClient from "openapi-fetch";
import type { paths } from "./schema.gen";

type ClientOptions = { baseUrl: string; headers?: Record<string, string>; timeoutMs?: number };

/** Typed client of the session API; the same one serves the browser and the server components. */
export function createApi({ baseUrl, headers, timeoutMs = 15_000 }: ClientOptions) {
  return createClient<paths>({
    baseUrl,
    headers,
    fetch: (request: Request) =>
      fetch(request, {
        credentials: "same-origin",
        cache: "no-store",
        signal: AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]),
      }),
  });
}

export type Api = ReturnType<typeof createApi>;

/** For browsers: same origin, the session cookie goes along by itself. */
export const browserApi: Api = createApi({
  baseUrl: typeof window === "undefined" ? "http://localhost" : window.location.origin,
});
