const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Reads the address of a server: https, or plain http on this very machine. Everything else would carry secrets
 * in clear, or has a name and password in it.
 */
export function findSafeUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname));
  return isSafe && url.username === "" && url.password === "" ? url : undefined;
}

/** The same without a slash at the end, to append paths to. */
export function findSafeBase(text: string): string | undefined {
  const url = findSafeUrl(text);
  return url && `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
