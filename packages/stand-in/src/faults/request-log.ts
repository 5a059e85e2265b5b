/** One request that reached the stand-in; for tests of outgoing traffic. */
export interface SeenRequest {
  readonly at: string;
  readonly method: string;
  /** Without the query string, which may carry a code. */
  readonly path: string;
  readonly status: number | null;
  /** Whether an `Authorization` header was sent, and which scheme; never its value. */
  readonly authorization: string | null;
  readonly userAgent: string | null;
}

const CAPACITY = 20_000;

export class RequestLog {
  #seen: { request: SeenRequest }[] = [];

  /** `finish` fills in the status once it is known. */
  record(request: SeenRequest): { finish(status: number): void } {
    const entry = { request };
    this.#seen.push(entry);
    if (this.#seen.length > CAPACITY) this.#seen = this.#seen.slice(-CAPACITY / 2);
    return {
      finish: (status) => {
        entry.request = { ...request, status };
      },
    };
  }

  list(): readonly SeenRequest[] {
    return this.#seen.map(({ request }) => request);
  }

  clear(): void {
    this.#seen = [];
  }
}
