import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type RequestOptions,
} from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";

const MAX_HEADER_BYTES = 16 * 1_024;
/** Answers that announce an answer; honest servers send one at most. */
const MAX_INFORMATIONAL = 5;

export type DialRefusal =
  | "timeout"
  | "connection_failed"
  | "redirect_refused"
  | "encoding_refused"
  | "too_large";

export type GuardedAnswer<Refusal = DialRefusal> =
  | { ok: true; status: number; headers: IncomingHttpHeaders; body: Buffer }
  | { ok: false; reason: Refusal };

export type Dialled = {
  headers: Record<string, string>;
  deadline: AbortSignal;
  /** Largest body, in bytes. */
  maxBytes: number;
};

/** One GET to an address that was checked, on a connection of its own that ends with the answer. */
export function dial(url: URL, address: string, request: Dialled): Promise<GuardedAnswer> {
  const options = optionsOf(address, request);
  return new Promise((resolve) => {
    const outgoing = url.protocol === "https:" ? requestHttps(url, options) : requestHttp(url, options);
    const fail = () => {
      outgoing.destroy();
      resolve({ ok: false, reason: request.deadline.aborted ? "timeout" : "connection_failed" });
    };
    let informational = 0;
    outgoing.on("error", fail);
    outgoing.on("upgrade", (_, socket) => {
      socket.destroy();
      fail();
    });
    outgoing.on("information", () => {
      informational += 1;
      if (informational > MAX_INFORMATIONAL) fail();
    });
    outgoing.on("response", (incoming) => {
      read(incoming, request.maxBytes).then(resolve, fail);
    });
    outgoing.end();
  });
}

function optionsOf(address: string, request: Dialled): RequestOptions & { rejectUnauthorized: true } {
  const family = isIP(address);
  return {
    method: "GET",
    // No pool: a kept connection would outlive the check of its address. No agent either that the environment
    // could point to a proxy.
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    signal: request.deadline,
    // Whatever the environment says of certificates.
    rejectUnauthorized: true,
    headers: {
      accept: "application/json",
      "accept-encoding": "identity",
      "user-agent": "PulseKeep-SeqPulse/0.1",
      ...request.headers,
      connection: "close",
    },
    // The name was resolved and checked; this hands that very address to the socket.
    lookup: (_host, lookupOptions, done) => {
      if (lookupOptions.all) done(null, [{ address, family }]);
      else done(null, address, family);
    },
  };
}

async function read(incoming: IncomingMessage, maxBytes: number): Promise<GuardedAnswer> {
  const status = incoming.statusCode ?? 0;
  const refuse = (reason: DialRefusal): GuardedAnswer => {
    incoming.destroy();
    return { ok: false, reason };
  };
  if (status >= 300 && status < 400) return refuse("redirect_refused");
  const encoding = incoming.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return refuse("encoding_refused");
  if (Number(incoming.headers["content-length"] ?? 0) > maxBytes) return refuse("too_large");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return refuse("too_large");
    chunks.push(chunk);
  }
  return { ok: true, status, headers: incoming.headers, body: Buffer.concat(chunks) };
}
