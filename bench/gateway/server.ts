// The server alone in a process, so that its CPU time and memory are nobody else's. Started by start-server.ts.
import type { AddressInfo } from "node:net";
import type { ServerOrder, ServerUsage } from "./start-server.ts";

/** The product as it is built: the same files that `npm start` runs. */
const built = <Module>(file: string): Promise<Module> =>
  import(new URL(`../../apps/api/dist/${file}`, import.meta.url).href) as Promise<Module>;

const { createApp } = await built<typeof import("../../apps/api/src/create-app.js")>("create-app.js");
const { parseEnv } = await built<typeof import("../../apps/api/src/env.js")>("env.js");
const { createLogger } =
  await built<typeof import("../../apps/api/src/platform/logger.js")>("platform/logger.js");
const { WaitingRoom } = await built<typeof import("../../apps/api/src/modules/workers/waiting-room.js")>(
  "modules/workers/waiting-room.js",
);

const order = JSON.parse(process.argv[2] ?? "") as ServerOrder;
const app = await createApp(
  parseEnv(order.env),
  createLogger("warn", { write: (line: string) => void process.stderr.write(line) }),
);
const waiting = app.get(WaitingRoom, { strict: false });
await app.listen(0, "127.0.0.1");
process.send?.({ port: (app.getHttpServer().address() as AddressInfo).port });

process.on("message", (message) => {
  if (message === "end") void app.close().then(() => process.exit(0));
  else process.send?.(usage(message === "collected"));
});

function usage(collected: boolean): ServerUsage {
  // Twice: the first collection runs finalizers, the second takes what they let go.
  if (collected) for (let pass = 0; pass < 2; pass++) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpuUs: user + system, rss, used: heapUsed + external, waiting: waiting.size };
}
