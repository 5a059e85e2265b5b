import type { FastifyReply, FastifyRequest } from "fastify";
import type { StandInContext } from "../context.js";
import { GitHubError } from "../http/github-error.js";
import type { User } from "../store/user-store.js";

// Cookies of localhost are shared by all its ports, so the name must not collide with the product's.
const COOKIE = "stand_in_session";

function findSessionToken(request: FastifyRequest): string | undefined {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const [name, value] = pair.trim().split("=");
    if (name === COOKIE && value) return value;
  }
  return undefined;
}

/** The person who is signed in to the stand-in's pages in this browser. */
export function findSignedIn(context: StandInContext, request: FastifyRequest): User | undefined {
  const token = findSessionToken(request);
  const userId = token ? context.store.sessions.findUserId(token) : undefined;
  return userId === undefined ? undefined : context.store.users.findById(userId);
}

export function signIn(context: StandInContext, reply: FastifyReply, user: User): void {
  const { tokenPlain } = context.store.sessions.create(user.id);
  reply.header("set-cookie", `${COOKIE}=${tokenPlain}; Path=/; HttpOnly; SameSite=Lax`);
}

export function signOut(context: StandInContext, request: FastifyRequest, reply: FastifyReply): void {
  const token = findSessionToken(request);
  if (token) context.store.sessions.remove(token);
  reply.header("set-cookie", `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`);
}

/** Forms work from our own pages only; browsers name the origin of every POST. */
export function requireOwnOrigin(context: StandInContext, request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined || origin === `http://${host}` || origin === context.urls.web) return;
  throw new GitHubError(403, "Forms of other origins are refused.");
}
