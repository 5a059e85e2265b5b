import { z } from "zod";
import type { Env } from "../../env.js";
import type { Logger } from "../../platform/logger.js";

const userSchema = z.object({
  id: z.number().int(),
  login: z.string(),
  name: z.string().nullish(),
  avatar_url: z.string().nullish(),
});
const emailsSchema = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/**
 * Reads who signed in, once, and ends the token: nothing of ours needs it after this.
 * Source: GitHub REST, "Get the authenticated user", "List email addresses", "Delete an app token".
 */
export async function readGitHubProfile(env: Env, token: string | undefined, logger: Logger) {
  if (token === undefined) return null;
  try {
    const [user, emails] = await Promise.all([
      readJson(env, token, "/user").then((body) => userSchema.parse(body)),
      readJson(env, token, "/user/emails").then((body) => emailsSchema.parse(body)),
    ]);
    // No other address of theirs: only the verified primary one is who they are to everybody else.
    const email = emails.find(({ primary, verified }) => primary && verified);
    if (!email) return null;
    return {
      id: String(user.id),
      name: user.name ?? user.login,
      email: email.email,
      emailVerified: email.verified,
      image: user.avatar_url ?? undefined,
    };
  } catch (error) {
    // Null sends the browser back with an error; a throw would end in the library's own page and output.
    logger.warn({ err: error }, "a GitHub profile could not be read");
    return null;
  } finally {
    if (!(await revokeToken(env, token))) logger.warn("GitHub did not confirm the end of a sign-in's token");
  }
}

async function readJson(env: Env, token: string, path: string): Promise<unknown> {
  const response = await fetch(`${env.GITHUB_API_URL}${path}`, {
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/vnd.github+json",
      "user-agent": "pulsekeep",
      "x-github-api-version": "2022-11-28",
    },
    redirect: "error",
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`GitHub answered ${response.status} to ${path}`);
  return response.json();
}

/**
 * Twice at most: the token carries read scopes only, and a sign-in must not fail because its end was not
 * confirmed. 404 and 422 to the second try mean that the first one's answer got lost.
 */
async function revokeToken(env: Env, token: string): Promise<boolean> {
  const first = await askToRevoke(env, token);
  if (first === 204) return true;
  return [204, 404, 422].includes((await askToRevoke(env, token)) ?? 0);
}

async function askToRevoke(env: Env, token: string): Promise<number | undefined> {
  const basic = Buffer.from(`${env.GITHUB_CLIENT_ID}:${env.GITHUB_CLIENT_SECRET}`).toString("base64");
  const response = await fetch(`${env.GITHUB_API_URL}/applications/${env.GITHUB_CLIENT_ID}/token`, {
    method: "DELETE",
    headers: {
      authorization: `Basic ${basic}`,
      accept: "application/vnd.github+json",
      "content-type": "application/json",
      "user-agent": "pulsekeep",
    },
    body: JSON.stringify({ access_token: token }),
    redirect: "error",
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  return response?.status;
}
