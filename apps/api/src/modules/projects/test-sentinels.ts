import { createServer, type Server } from "node:net";

/** One port of every address of this machine that a hostile one may lead to. */
export async function startSentinels() {
  let connections = 0;
  const open = (host: string, port: number) =>
    new Promise<Server>((resolve, reject) => {
      const server = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      server.once("error", reject);
      server.listen({ host, port, ipv6Only: host.includes(":") }, () => resolve(server));
    });
  // All of IPv4, loopback and 0.0.0.0 with it, and IPv6's loopback.
  const first = await open("0.0.0.0", 0);
  const address = first.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const second = await open("::1", port);
  return {
    port,
    connections: () => connections,
    close: (): void => [first, second].forEach((server) => void server.close()),
  };
}
