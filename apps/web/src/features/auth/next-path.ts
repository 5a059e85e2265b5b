/** Where to go after signing in: only into the app of this origin, whatever the address bar says. */
export function getSafeNextPath(wanted: string | string[] | null | undefined): string {
  if (typeof wanted !== "string" || !/^\/app(?:[/?]|$)/.test(wanted) || wanted.includes("\\")) return "/app";
  const base = "https://origin.invalid";
  const url = new URL(wanted, base);
  return url.origin === base && /^\/app(?:\/|$)/.test(url.pathname) ? url.pathname + url.search : "/app";
}
