import "server-only";
import { cookies, headers } from "next/headers";
import { cache } from "react";
import { type Api, createApi } from "./client";
import { ApiProblem, unwrap } from "./problem";
import type { Me } from "./types";

/** The API as this request's user: the visitor's cookies go along, nothing else does. */
export const getServerApi = cache(async (): Promise<Api> => {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const forwarded: Record<string, string> = { cookie: jar.toString() };
  for (const name of ["accept-language", "x-request-id", "x-forwarded-for"]) {
    const value = head.get(name);
    if (value) forwarded[name] = value;
  }
  // Read per request, not at build time: one build serves every installation.
  const baseUrl = process.env["API_ORIGIN"] ?? "http://localhost:3000";
  return createApi({ baseUrl, headers: forwarded, timeoutMs: 8_000 });
});

/** Who is signed in; undefined for visitors. Throws when the API cannot say. */
export const findMeStrict = cache(async (): Promise<Me | undefined> => {
  const jar = await cookies();
  if (jar.size === 0) return undefined;
  const api = await getServerApi();
  try {
    return await unwrap(api.GET("/api/v1/me"));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return undefined;
    throw error;
  }
});

/** Like `findMeStrict`, for places that must render even while the API is away. */
export const findMe = cache(async (): Promise<Me | undefined> => findMeStrict().catch(() => undefined));
