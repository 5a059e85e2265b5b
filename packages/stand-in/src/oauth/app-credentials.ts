import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { parseBasic } from "../http/caller.js";
import type { OAuthAppOptions } from "../options.js";

/** The app whose id and secret these are; undefined when either is wrong. */
export function findAppByCredentials(
  apps: readonly OAuthAppOptions[],
  clientId: string | undefined,
  clientSecret: string | undefined,
): OAuthAppOptions | undefined {
  const app = apps.find((candidate) => candidate.clientId === clientId);
  return app && isEqual(app.clientSecret, clientSecret ?? "") ? app : undefined;
}

export function findAppByBasic(
  apps: readonly OAuthAppOptions[],
  request: FastifyRequest,
): OAuthAppOptions | undefined {
  const basic = parseBasic(request.headers.authorization);
  return basic && findAppByCredentials(apps, basic.user, basic.password);
}

function isEqual(left: string, right: string): boolean {
  const digest = (value: string): Buffer => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(left), digest(right));
}
