export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Whatever the route answers; `expect` looks into it. */
  readonly body: unknown;
}

export interface ApiClient {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
}

/** Speaks REST as the product does: JSON, a user agent, and the token if there is one. */
export function apiClient(baseUrl: string, tokenPlain?: string): ApiClient {
  return {
    call: async (method, path, body, headers = {}) => {
      const init: RequestInit = {
        method,
        redirect: "manual",
        headers: {
          "user-agent": "contract-test",
          accept: "application/vnd.github+json",
          ...(tokenPlain ? { authorization: `Bearer ${tokenPlain}` } : {}),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
      };
      if (body !== undefined) init.body = JSON.stringify(body);
      const response = await fetch(`${baseUrl}${path}`, init);
      const text = await response.text();
      const isJson = (response.headers.get("content-type") ?? "").includes("json");
      return {
        status: response.status,
        headers: response.headers,
        body: isJson && text ? JSON.parse(text) : text,
      };
    },
  };
}

/** Reads a field along a path (`object.sha`) from an answer; throws when it is not there. */
export function field(answer: ApiAnswer, path: string): string {
  let value: unknown = answer.body;
  for (const key of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[key];
  if (typeof value !== "string" && typeof value !== "number")
    throw new Error(`no ${path} in ${JSON.stringify(answer.body)}`);
  return String(value);
}
