import type { TestStandIn } from "./test-stand-in.js";

/** A token that a user of the local GitHub made by hand; the user is made where there is none. */
export function newUserToken({ context: { store } }: TestStandIn, login: string): string {
  const { id } = store.users.ensure(login);
  return store.tokens.create({ kind: "classic", userId: id, scopes: ["repo", "workflow"] }).tokenPlain;
}

type Call = { tokenPlain: string; method: string; address: string; body?: object };

/**
 * What a user does by hand at the local GitHub's API; returns the answer's body, if any.
 *
 * @throws Error unless it is done
 */
export async function callGitHub(github: TestStandIn, call: Call): Promise<unknown> {
  const { tokenPlain, method, address, body } = call;
  const response = await fetch(`${github.apiUrl}${address}`, {
    method,
    headers: {
      authorization: `Bearer ${tokenPlain}`,
      "content-type": "application/json",
      "user-agent": "test",
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${text}`);
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}
