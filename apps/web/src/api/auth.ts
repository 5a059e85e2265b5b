import { ApiProblem } from "./problem";

export type AuthProvider = "github" | "google" | "apple";

/** Calls the auth library's routes, which are no part of the OpenAPI document. Throws an `ApiProblem`. */
async function callAuth<T>(path: string, body: Record<string, unknown>): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new ApiProblem(0, "unreachable", "The server cannot be reached", undefined, undefined);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  const failure = (answer ?? {}) as { code?: string; message?: string; detail?: string; requestId?: string };
  throw new ApiProblem(
    response.status,
    (failure.code ?? `http_${response.status}`).toLowerCase(),
    failure.message ?? failure.detail ?? response.statusText,
    undefined,
    failure.requestId ?? response.headers.get("x-request-id") ?? undefined,
  );
}

type SignUp = { name: string; email: string; password: string; locale: string; timeZone: string };

export function signUp(input: SignUp) {
  return callAuth("sign-up/email", input);
}

export function signIn(input: { email: string; password: string }) {
  return callAuth("sign-in/email", input);
}

/** Where the browser must go for the provider's consent. */
export async function startSocialSignIn(provider: AuthProvider, callbackURL: string): Promise<string> {
  const errorCallbackURL = "/sign-in?failed=social";
  const answer = await callAuth<{ url: string }>("sign-in/social", {
    provider,
    callbackURL,
    errorCallbackURL,
  });
  return answer.url;
}

export function signOut() {
  return callAuth("sign-out", {});
}
