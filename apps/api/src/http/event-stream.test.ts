import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { expect, it } from "vitest";
import { closeServer, listen } from "../testing/test-ports.js";
import { openEventStream } from "./event-stream.js";

it("ends for whoever has left before it began", async () => {
  const left = Promise.withResolvers<AbortSignal>();
  const server = createServer();
  server.once("request", (request: IncomingMessage, raw: ServerResponse) => void answer(request, raw));
  const answer = async (request: IncomingMessage, raw: ServerResponse) => {
    await once(raw, "close");
    const reply = { raw, getHeaders: () => ({}), hijack: () => undefined } as unknown as FastifyReply;
    const { ended } = openEventStream(
      { request: request as unknown as FastifyRequest, reply },
      async () => undefined,
    );
    ended.addEventListener("abort", () => left.resolve(ended));
  };
  const port = await listen(server);
  const socket = connect(port, "127.0.0.1", () => {
    socket.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n", () => socket.destroy());
  });
  expect((await left.promise).aborted).toBe(true);
  await closeServer(server);
});
