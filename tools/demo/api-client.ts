import { DemoFailure, Unreachable } from "./demo-failure.ts";

interface Call {
  body?: unknown;
  headers?: Record<string, string>;
  /** Ends the call; it also ends by itself after half a minute. */
  signal?: AbortSignal;
}

export interface ApiAnswer {
  status: number;
  body: unknown;
}

/** PulseKeep's public API as a browser or a pipeline sees it; keeps the session's cookie. */
export class ApiClient {
  readonly #baseUrl: string;
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  /** @param origin the address that PulseKeep believes to be at, where that is another */
  constructor(baseUrl: string, origin = baseUrl) {
    this.#baseUrl = baseUrl;
    this.#origin = origin;
  }

  /** @throws Unreachable when PulseKeep cannot be reached */
  async call(method: string, path: string, { body, headers, signal }: Call = {}): Promise<ApiAnswer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const patience = AbortSignal.timeout(30_000);
    const response = await fetch(new URL(path, this.#baseUrl), {
      method,
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      headers: {
        origin: this.#origin,
        ...(cookie === "" ? {} : { cookie }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new Unreachable(`PulseKeep does not answer at ${this.#baseUrl}. Start it first: npm start`);
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, body: isJson && text !== "" ? JSON.parse(text) : text };
  }

  /** The answer's body. @throws DemoFailure when the answer is not the success that was expected */
  async get<T>(path: string, call?: Call): Promise<T> {
    return this.#expect<T>("GET", path, call);
  }

  async post<T>(path: string, body: unknown = {}, call: Call = {}): Promise<T> {
    return this.#expect<T>("POST", path, { ...call, body });
  }

  async put<T>(path: string, body: unknown, call: Call = {}): Promise<T> {
    return this.#expect<T>("PUT", path, { ...call, body });
  }

  async patch<T>(path: string, body: unknown, call: Call = {}): Promise<T> {
    return this.#expect<T>("PATCH", path, { ...call, body });
  }

  async delete(path: string, body: unknown): Promise<void> {
    await this.#expect("DELETE", path, { body });
  }

  async #expect<T>(method: string, path: string, call?: Call): Promise<T> {
    const answer = await this.call(method, path, call);
    if (answer.status >= 200 && answer.status < 300) return answer.body as T;
    throw new DemoFailure(`${method} ${path} was answered ${answer.status}: ${describe(answer.body)}`);
  }

  #keep(line: string): void {
    const [pair = ""] = line.split(";");
    this.#cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
  }
}

function describe(body: unknown): string {
  if (typeof body !== "object" || body === null) return String(body).slice(0, 300);
  const { title, detail, code, message } = body as Record<string, unknown>;
  return [code, title ?? message, detail].filter((part) => typeof part === "string").join(", ");
}
