import type { Problem } from "@pulsekeep/contracts/api/shared";

/** What the API refused, or that it could not be reached (`status` 0). */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string | undefined,
    readonly requestId: string | undefined,
    readonly fields: ReadonlyArray<{ path: string; message: string }> = [],
  ) {
    super(detail ?? title);
  }
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Awaits a call of the typed client: its data, or an `ApiProblem`. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiProblem(0, "unreachable", "The server cannot be reached", undefined, undefined);
  }
  if (answer.response.ok) return answer.data as T;
  throw toProblem(answer.error, answer.response);
}

function toProblem(body: unknown, response: Response): ApiProblem {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  if (!isProblem(body)) {
    return new ApiProblem(
      response.status,
      `http_${response.status}`,
      response.statusText,
      undefined,
      requestId,
    );
  }
  return new ApiProblem(
    response.status,
    body.code,
    body.title,
    body.detail,
    body.requestId ?? requestId,
    body.errors,
  );
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "title" in body;
}
