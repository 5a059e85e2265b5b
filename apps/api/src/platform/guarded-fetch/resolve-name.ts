import { lookup, Resolver } from "node:dns/promises";

/** Resolves a name to all its addresses; IPv4 first, because not every machine reaches IPv6. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<string[]>;

/**
 * Asks the name servers and nothing else: no search domain turns a customer's short name into a neighbour's, and
 * a name server that hangs holds no thread that other projects wait for.
 *
 * @param servers addresses of name servers, with a port where it is not 53; none: those of the machine
 */
export const resolveByName =
  (servers: readonly string[] = []): Resolve =>
  async (host, signal) => {
    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    if (servers.length > 0) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      return answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  };

/** As the machine itself would: for hosts that its operator has allowed by name, in `/etc/hosts` too. */
export const resolveAsMachine: Resolve = async (host) =>
  (await lookup(host, { all: true, order: "ipv4first" })).map(({ address }) => address);
