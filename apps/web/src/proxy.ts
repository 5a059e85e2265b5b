import { type NextRequest, NextResponse } from "next/server";

export const PATH_HEADER = "x-pulsekeep-path";

/** Tells the app's layout where the visitor wanted to go, so that signing in leads back there. */
export function proxy(request: NextRequest) {
  const headers = new Headers(request.headers);
  headers.set(PATH_HEADER, request.nextUrl.pathname + request.nextUrl.search);
  return NextResponse.next({ request: { headers } });
}

export const config = { matcher: "/app/:path*" };
