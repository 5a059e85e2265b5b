import type { TestClient } from "./test-client.js";

/**
 * What a person does on the local GitHub's consent page; returns where GitHub sends the browser back to.
 * The form's cookie is left out: each consent is asked for anew.
 */
export async function answerConsent(
  authorizeUrl: string,
  answer: { login?: string; decision?: "authorize" | "cancel" } = {},
): Promise<string> {
  const response = await fetch(authorizeUrl, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      decision: answer.decision ?? "authorize",
      login: answer.login ?? "octo-alice",
    }).toString(),
  });
  const location = response.headers.get("location");
  if (location === null) throw new Error(`The consent page answered ${response.status}`);
  return location;
}

/** Signs a browser in by the local GitHub; returns where it ends up. */
export async function signInWithGitHub(client: TestClient, login: string): Promise<string> {
  const { body } = await client.post<{ url: string }>("/api/auth/sign-in/social", {
    provider: "github",
    callbackURL: "/app",
    errorCallbackURL: "/sign-in",
  });
  const answer = await client.fetch("GET", await answerConsent(body.url, { login }));
  return answer.headers.get("location") ?? "";
}
