/** What follows the host in the address of an incoming webhook: team, app, and the secret. */
const PATH = /^\/services\/[A-Za-z0-9]{1,40}\/[A-Za-z0-9]{1,40}\/([A-Za-z0-9]{8,100})$/;

/**
 * The last four characters of a webhook's secret; undefined for what is no webhook at `hooksUrl`. The text begins with
 * that very address and goes on with letters and digits, so that nobody but the operator chooses the host.
 */
export function findLastFour(text: string, hooksUrl: string): string | undefined {
  if (!text.startsWith(hooksUrl)) return undefined;
  return PATH.exec(text.slice(hooksUrl.length))?.[1]?.slice(-4);
}

/** Enough to tell two webhooks apart, and nothing that one could write with. */
export const previewOf = (hooksUrl: string, lastFour: string): string =>
  `${hooksUrl}/services/…/…/…${lastFour}`;
