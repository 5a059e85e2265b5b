export type Answer<T> = {
  status: number;
  /** Parsed when the answer is JSON, its text otherwise. */
  body: T;
  headers: Headers;
};

type Sent = {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is; name its content type in `headers`. */
  raw?: string;
  headers?: Record<string, string>;
};
type Json = Record<string, unknown>;

export type TestClient = ReturnType<typeof createTestClient>;

/**
 * A browser's part of HTTP: keeps cookies by origin, names its own origin when it writes, and follows no
 * redirect by itself.
 *
 * @param baseUrl where relative paths go
 * @param always headers of every request
 */
export function createTestClient(baseUrl: string, always: Record<string, string> = {}) {
  const jar = new Map<string, Map<string, string>>();

  async function fetchOnce(method: string, address: string, sent: Sent = {}): Promise<Response> {
    const url = new URL(address, baseUrl);
    const cookies = [...(jar.get(url.origin) ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = sent.body === undefined ? sent.raw : JSON.stringify(sent.body);
    const response = await fetch(url, {
      method,
      redirect: "manual",
      headers: {
        ...always,
        ...(cookies === "" ? {} : { cookie: cookies }),
        ...(method === "GET" || method === "HEAD" ? {} : { origin: url.origin }),
        ...(sent.body === undefined ? {} : { "content-type": "application/json" }),
        ...sent.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    keepCookies(jar, url.origin, response);
    return response;
  }

  async function call<T = Json>(method: string, address: string, sent?: Sent): Promise<Answer<T>> {
    const response = await fetchOnce(method, address, sent);
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
    const body = (isJson && text !== "" ? JSON.parse(text) : text) as T;
    return { status: response.status, body, headers: response.headers };
  }

  return {
    jar,
    /** The bare response: for streams and redirects. */
    fetch: fetchOnce,
    call,
    get: <T = Json>(path: string, headers?: Record<string, string>) => call<T>("GET", path, { headers }),
    post: <T = Json>(path: string, body: unknown = {}, headers?: Record<string, string>) =>
      call<T>("POST", path, { body, headers }),
    patch: <T = Json>(path: string, body: unknown, headers?: Record<string, string>) =>
      call<T>("PATCH", path, { body, headers }),
    del: <T = Json>(path: string, headers?: Record<string, string>) => call<T>("DELETE", path, { headers }),
  };
}

function keepCookies(jar: Map<string, Map<string, string>>, origin: string, response: Response): void {
  const cookies = jar.get(origin) ?? new Map<string, string>();
  for (const line of response.headers.getSetCookie()) {
    const [pair = "", ...attributes] = line.split(";");
    const name = pair.slice(0, pair.indexOf("="));
    const value = pair.slice(pair.indexOf("=") + 1);
    if (attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))) cookies.delete(name);
    else cookies.set(name, value);
  }
  jar.set(origin, cookies);
}
