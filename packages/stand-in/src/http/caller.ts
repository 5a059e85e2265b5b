import type { FastifyRequest } from "fastify";
import type { StandInContext } from "../context.js";
import type { Token } from "../store/token-store.js";
import type { User } from "../store/user-store.js";
import { badCredentials } from "./github-error.js";

/** Who sends a request: nobody, a user through a token, or a job through its `GITHUB_TOKEN`. */
export interface Caller {
  readonly token: Token | undefined;
  readonly user: User | undefined;
}

export const ANONYMOUS: Caller = { token: undefined, user: undefined };

// https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api
const SCHEME = /^(token|bearer)\s+(.+)$/i;

/** Token in `Authorization: Bearer|token`, or as the password (or user name) of basic authentication. */
function findPresentedToken(header: string | undefined): string | undefined {
  if (!header) return undefined;
  const match = SCHEME.exec(header);
  if (match) return match[2]?.trim();
  const basic = parseBasic(header);
  return basic && (basic.password || basic.user);
}

export function parseBasic(header: string | undefined): { user: string; password: string } | undefined {
  const match = /^basic\s+(.+)$/i.exec(header ?? "");
  if (!match?.[1]) return undefined;
  const [user = "", ...rest] = Buffer.from(match[1], "base64").toString().split(":");
  return { user, password: rest.join(":") };
}

/** Throws 401 "Bad credentials" for a token that is unknown, revoked or expired. */
export function identifyCaller(context: StandInContext, request: FastifyRequest): Caller {
  const { authorization } = request.headers;
  if (!authorization) return ANONYMOUS;
  const tokenPlain = findPresentedToken(authorization);
  const token = tokenPlain ? context.store.tokens.find(tokenPlain) : undefined;
  if (!token) throw badCredentials();
  const user = token.userId === null ? undefined : context.store.users.findById(token.userId);
  return { token, user };
}
