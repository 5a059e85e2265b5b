/** The page whose visitors paste a token: it may speak with us and GitHub's API, and with nobody else. */
export const OWN_TOKEN_PATH = "/app/workers/new/browser";

/**
 * The policy of that page. Scripts need its nonce or come from one that had it; the sealed box is WebAssembly.
 * Source: Next.js docs, "Content Security Policy".
 */
export function ownTokenPolicy({ nonce, apiUrl }: { nonce: string; apiUrl: string }): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic' 'wasm-unsafe-eval'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${new URL(apiUrl).origin}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
