import ipaddr from "ipaddr.js";

/**
 * Who is counted behind an address: IPv4 as it is, IPv6 by its first 64 bits, which one customer of a provider has
 * to himself. Every way to write an address gives one bucket, IPv4 within IPv6 too.
 *
 * @param text an address as a socket or a trusted proxy gives it; anything else is a bucket of its own
 */
export function addressBucket(text: string): string {
  if (!ipaddr.isValid(text)) return text;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv4) return address.toString();
  const network = new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]);
  return `${network.toString()}/64`;
}
