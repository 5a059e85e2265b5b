import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../conformance/eventually.js";
import { PostgresHints } from "./postgres-hints.js";

const message = (type: string, body: string | Buffer) => {
  const content = Buffer.from(body);
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
};
const READY = message("Z", "I");
const WELCOME = Buffer.concat([message("R", Buffer.alloc(4)), READY]);
const REFUSAL = message("E", "SERROR\0VERROR\0C25006\0Mcannot execute LISTEN during recovery\0\0");

/** Lets everybody in, as a server that recovers does, and refuses every statement. */
let server: Server;
const sockets = new Set<Socket>();
beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)));
    socket.once("data", () => {
      socket.write(WELCOME);
      socket.on(
        "data",
        (asked) => asked[0] === "Q".charCodeAt(0) && socket.write(Buffer.concat([REFUSAL, READY])),
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => server.close());

it("keeps no connection on which it cannot listen", async () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  const hints = new PostgresHints({
    connection: { host: "127.0.0.1", port: address.port, user: "pulsekeep", database: "pulsekeep" },
    onError: () => undefined,
    onReconnect: () => undefined,
  });
  for (let attempt = 0; attempt < 3; attempt += 1)
    await expect(hints.subscribe("notices", () => undefined)).rejects.toThrow("recovery");
  await eventually(() => sockets.size === 0);
  await hints.close();
});
