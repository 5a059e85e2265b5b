/** Ports of services that speak no HTTP: browsers' bad ports above 1023, and data stores. */
const REFUSED_PORTS = new Set([
  1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432,
  5984, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092, 9200, 9300, 10080, 11211,
  27017, 27018, 27019, 50070,
]);

export type UrlRefusal =
  | "invalid_url"
  | "scheme_refused"
  | "credentials_refused"
  | "port_refused"
  | "host_refused";

export type CheckedUrl =
  | { ok: true; url: URL; port: number; host: string }
  | { ok: false; reason: UrlRefusal };

/** What can be refused of an address before anything is resolved. `host` is without brackets. */
export function checkUrl(text: string): CheckedUrl {
  // The parser drops tabs and line ends from inside; whoever writes them wants two readers to disagree.
  if (/[\s\\\p{Cc}\p{Cf}]/u.test(text)) return { ok: false, reason: "invalid_url" };
  if (!URL.canParse(text)) return { ok: false, reason: "invalid_url" };
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") return { ok: false, reason: "scheme_refused" };
  if (/^[a-z]+:[/]*[^/?#]*@/i.test(text)) return { ok: false, reason: "credentials_refused" };
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (host === "" || isLocalName(host)) return { ok: false, reason: "host_refused" };
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  const allowed = port === 80 || port === 443 || (port >= 1_024 && !REFUSED_PORTS.has(port));
  return allowed ? { ok: true, url, port, host } : { ok: false, reason: "port_refused" };
}

/** Names that never leave the machine or its network. Everything else is judged by the addresses it has. */
const isLocalName = (host: string): boolean =>
  /(^|\.)(localhost|local|internal|intranet|lan|home|corp|home\.arpa)$/i.test(host);
