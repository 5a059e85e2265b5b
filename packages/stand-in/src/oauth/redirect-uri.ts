/**
 * Whether an app may be answered at `requested`: host and port as registered, path equal to or below
 * the registered one; for a registered loopback address (127.0.0.1 or ::1) any port will do.
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#redirect-urls
 */
export function isAllowedRedirect(requested: string, callbackUrls: readonly string[]): boolean {
  const target = parseUrl(requested);
  if (!target || target.username || target.password || target.hash) return false;
  return callbackUrls.some((registered) => matches(target, parseUrl(registered)));
}

function matches(target: URL, registered: URL | undefined): boolean {
  if (!registered || target.protocol !== registered.protocol) return false;
  const isLoopback = ["127.0.0.1", "[::1]"].includes(registered.hostname);
  if (isLoopback ? target.hostname !== registered.hostname : target.host !== registered.host) return false;
  const below = registered.pathname.endsWith("/") ? registered.pathname : `${registered.pathname}/`;
  return target.pathname === registered.pathname || target.pathname.startsWith(below);
}

function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}
