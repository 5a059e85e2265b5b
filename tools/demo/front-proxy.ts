import {
  Agent,
  createServer,
  request as startRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { DemoFailure } from "./demo-failure.ts";

export interface FrontProxy {
  /** From now on new requests go to this port; those under way end where they are. */
  switchTo: (port: number) => void;
  close: () => Promise<void>;
}

/** The load balancer of the demo: keeps the shop's address while the processes behind it change. */
export async function startFrontProxy(listenPort: number, firstPort: number): Promise<FrontProxy> {
  let target = { port: firstPort, agent: new Agent({ keepAlive: true, maxSockets: 128 }) };
  const server = createServer((incoming, outgoing) => pass(incoming, outgoing, target));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      reject(
        new DemoFailure(
          `Port ${listenPort} is taken by another program (another demo?). ` +
            `Stop it, or start both npm start and this with PULSEKEEP_SAMPLE_APP_PORT=${listenPort + 1}.`,
        ),
      );
    });
    server.listen(listenPort, "127.0.0.1", resolve);
  });
  return {
    switchTo: (port) => {
      target = { port, agent: new Agent({ keepAlive: true, maxSockets: 128 }) };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      target.agent.destroy();
    },
  };
}

function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { port, agent }: { port: number; agent: Agent },
): void {
  const { method, url, headers } = incoming;
  const upstream = startRequest({ host: "127.0.0.1", port, agent, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  upstream.on("error", () => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end();
  });
  outgoing.on("close", () => upstream.destroy());
  incoming.pipe(upstream);
}
