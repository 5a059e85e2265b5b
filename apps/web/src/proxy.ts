import { type NextRequest, NextResponse } from "next/server";
import { getGitHubAddresses } from "./api/github-addresses";
import { OWN_TOKEN_PATH, ownTokenPolicy } from "./own-token-policy";

export const PATH_HEADER = "x-pulsekeep-path";
const POLICY_HEADER = "content-security-policy";

/** Tells the app's layout where the visitor wanted to go, so that signing in leads back there. */
export function proxy(request: NextRequest) {
  const headers = new Headers(request.headers);
  headers.set(PATH_HEADER, request.nextUrl.pathname + request.nextUrl.search);
  if (request.nextUrl.pathname !== OWN_TOKEN_PATH) return NextResponse.next({ request: { headers } });
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = ownTokenPolicy({ nonce, apiUrl: getGitHubAddresses().apiUrl });
  // The renderer finds the nonce in the request's copy and gives it to its scripts.
  headers.set(POLICY_HEADER, policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set(POLICY_HEADER, policy);
  return response;
}

export const config = { matcher: "/app/:path*" };
