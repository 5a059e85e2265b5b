import type { FastifyRequest } from "fastify";
import { AppError } from "./app-error.js";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * SameSite cookies are the first line against other sites; this is the second, for browsers and set-ups where
 * they do not hold, and for requests that need no cookie, like signing in.
 *
 * @throws AppError `cross_site_request`
 */
export function refuseCrossSite(request: FastifyRequest, publicUrl: string): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin, "sec-fetch-site": site } = request.headers;
  const foreignOrigin = origin !== undefined && origin !== new URL(publicUrl).origin;
  if (foreignOrigin || site === "cross-site" || site === "same-site")
    throw new AppError("cross_site_request");
}
