import ipaddr from "ipaddr.js";

/** Networks that look public to the tables of registries but lead to a neighbour: [network, prefix length]. */
const REFUSED_V4: readonly [string, number][] = [["168.63.129.16", 32]];
const REFUSED_V6: readonly [string, number][] = [
  ["::", 96], // IPv4-compatible
  ["64:ff9b::", 96], // NAT64
  ["64:ff9b:1::", 48], // NAT64, local use
  ["2002::", 16], // 6to4
  ["2001::", 32], // Teredo
  ["100::", 64], // discard
  ["100:0:0:1::", 64], // dummy prefix
];

/** All that has been given out for the public Internet so far. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR("2000::/3");

/** True for an address that a request for a customer may be sent to: global unicast, by every reading of it. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4)
    return (
      address.range() === "unicast" &&
      !REFUSED_V4.some(([net, bits]) => address.match(ipaddr.IPv4.parse(net), bits))
    );
  if (address.zoneId !== undefined) return false;
  return (
    address.range() === "unicast" &&
    address.match(GLOBAL_V6) &&
    !REFUSED_V6.some(([net, bits]) => address.match(ipaddr.IPv6.parse(net), bits))
  );
}
