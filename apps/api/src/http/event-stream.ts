import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";

const HEARTBEAT_MS = 20_000;
const RETRY_MS = 3_000;

export type EventStream = {
  /** What the browser had when its last connection broke; undefined on the first one. */
  lastEventId: string | undefined;
  /** @param id what a browser names when it comes back */
  send: (event: string, data: unknown, id?: string | number) => void;
  close: () => void;
  /** Aborted when the stream ends, from whichever side. */
  ended: AbortSignal;
};

/**
 * Takes the answer over as server-sent events.
 *
 * @param authenticate asked at every heartbeat: who may no longer read stops hearing within one beat
 */
export function openEventStream(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  authenticate: () => Promise<unknown>,
): EventStream {
  const headers = reply.getHeaders();
  reply.hijack();
  const out = reply.raw;
  out.writeHead(200, {
    ...(headers as OutgoingHttpHeaders),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  });
  out.write(`retry: ${RETRY_MS}\n\n`);
  const ending = new AbortController();
  const close = () => {
    clearInterval(heartbeat);
    ending.abort();
    out.end();
  };
  const beat = async () => {
    try {
      await authenticate();
      out.write(": beat\n\n");
    } catch {
      close();
    }
  };
  const heartbeat = setInterval(() => void beat(), HEARTBEAT_MS);
  out.once("close", close);
  // Who left while they were looked up is not heard to leave any more. Later, so that callers listen by then.
  if (out.destroyed) setImmediate(close);
  const lastEventId = request.headers["last-event-id"];
  return {
    lastEventId: typeof lastEventId === "string" ? lastEventId : undefined,
    send: (event, data, id) => {
      if (ending.signal.aborted) return;
      out.write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    close,
    ended: ending.signal,
  };
}
