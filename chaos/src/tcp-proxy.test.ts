import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { awaitCondition } from "./await-condition.ts";
import { TcpProxy } from "./tcp-proxy.ts";

let echo: Server;
let atServer: Socket[];
let proxy: TcpProxy;
let client: Client;

const eventually = (what: string, look: () => boolean) =>
  awaitCondition(what, look, { timeoutMs: 5_000, everyMs: 5 });

beforeEach(async () => {
  atServer = [];
  echo = createServer((socket) => {
    atServer.push(socket);
    socket.on("error", () => undefined).on("data", (chunk) => socket.write(chunk));
  });
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  proxy = await TcpProxy.start((echo.address() as { port: number }).port);
  client = await open();
});

afterEach(async () => {
  client.socket.destroy();
  await proxy.close();
  for (const socket of atServer) socket.destroy();
  echo.close();
});

type Client = { socket: Socket; received: string; ended: string | undefined };

async function open(): Promise<Client> {
  const socket = connect({ port: proxy.port, host: "127.0.0.1" });
  const opened: Client = { socket, received: "", ended: undefined };
  socket.on("data", (chunk: Buffer) => {
    opened.received += chunk.toString();
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    opened.ended = error.code;
  });
  socket.on("close", () => {
    opened.ended ??= "closed";
  });
  await once(socket, "connect");
  return opened;
}

const says = async (text: string) => {
  client.socket.write(text);
  await eventually(`${text} comes back`, () => client.received.endsWith(text));
};

describe("the proxy", () => {
  it("carries both ways", async () => {
    await says("hello");
    expect(client.received).toBe("hello");
  });

  it("delays by its latency and keeps the order when that changes on the way", async () => {
    await says("first,");
    proxy.latencyMs = 60;
    const beganAt = performance.now();
    client.socket.write("second,");
    await eventually("it is on its way", () => proxy.isCarrying);
    proxy.latencyMs = 0;
    client.socket.write("third");
    await eventually("both come back", () => client.received === "first,second,third");
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(55);
  });

  it("ends connections in good order when it is cut, and takes new ones", async () => {
    await says("x");
    proxy.cut();
    await eventually("the end arrives", () => client.ended !== undefined);
    expect(client.ended).toBe("closed");
    client = await open();
    await says("again");
  });

  it("resets connections", async () => {
    await says("x");
    proxy.reset();
    await eventually("the reset arrives", () => client.ended !== undefined);
    expect(client.ended).toBe("ECONNRESET");
  });

  it("is silent as a blackhole, to new connections as well, and carries what waited afterwards", async () => {
    await says("a");
    proxy.blackhole();
    client.socket.write("b");
    const other = await open();
    other.socket.write("c");
    await eventually("both are connected", () => proxy.connections === 2);
    expect([client.received, other.received, client.ended]).toEqual(["a", "", undefined]);
    proxy.resume();
    await eventually("what waited flows on", () => client.received === "ab" && other.received === "c");
    other.socket.destroy();
  });

  it("leaves one side in the belief that it is connected, until it resumes", async () => {
    await says("a");
    proxy.halfOpen("server");
    await eventually("the server's side is gone", () => atServer[0]?.destroyed === true);
    client.socket.write("b");
    expect([client.received, client.ended]).toEqual(["a", undefined]);
    proxy.resume();
    await eventually("the client learns of it", () => client.ended !== undefined);
    client = await open();
    await says("again");
  });

  it("sends later connections to where the server has moved", async () => {
    const other = createServer((socket) => socket.on("error", () => undefined).end("moved"));
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    proxy.retarget((other.address() as { port: number }).port);
    client.socket.destroy();
    client = await open();
    await eventually("the new server answers", () => client.received === "moved");
    other.close();
  });
});
