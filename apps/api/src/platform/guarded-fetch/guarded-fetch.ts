import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as requestHttp, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { Inject, Injectable, Optional } from "@nestjs/common";
import { ENV, type Env } from "../../env.js";
import { isPublicAddress } from "./address-rules.js";
import { checkUrl, type UrlRefusal } from "./url-rules.js";

const MAX_ADDRESSES = 32;
const MAX_HEADER_BYTES = 16 * 1_024;

export type FetchRefusal =
  | UrlRefusal
  | "not_resolved"
  | "address_refused"
  | "timeout"
  | "connection_failed"
  | "redirect_refused"
  | "encoding_refused"
  | "too_large";

export type GuardedAnswer = { ok: true; status: number; body: Buffer } | { ok: false; reason: FetchRefusal };

export type GuardedRequest = {
  headers?: Record<string, string>;
  /** For everything, resolving included. Default 5,000. */
  timeoutMs?: number;
  /** Largest body, in bytes. Default 262,144. */
  maxBytes?: number;
};

/** Resolves a name to all its addresses. */
export type Resolve = (host: string) => Promise<string[]>;
export const RESOLVE = Symbol("resolve");

const resolveAll: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * The one way to fetch an address that a customer wrote. The address that was checked is the one that is
 * dialled; no redirect is followed, no connection is reused, nothing is decompressed. A self-hoster may allow
 * single host:port pairs (SCRAPE_ALLOW); nothing switches the guard off.
 */
@Injectable()
export class GuardedFetch {
  private readonly allowed: ReadonlySet<string>;

  constructor(
    @Inject(ENV) env: Env,
    @Optional() @Inject(RESOLVE) private readonly resolve: Resolve = resolveAll,
  ) {
    this.allowed = new Set(env.SCRAPE_ALLOW.map((pair) => pair.toLowerCase()));
  }

  /** What may be said of an address when it is saved, before anything is resolved. */
  findFault(text: string): UrlRefusal | undefined {
    const checked = this.check(text);
    return checked.ok ? undefined : checked.reason;
  }

  async get(text: string, request: GuardedRequest = {}): Promise<GuardedAnswer> {
    const timeoutMs = request.timeoutMs ?? 5_000;
    const deadline = AbortSignal.timeout(timeoutMs);
    const checked = this.check(text);
    if (!checked.ok) return checked;
    const found = await this.findAddress(checked, deadline);
    if (!found.ok) return found;
    return dial(checked.url, found.address, { ...request, deadline });
  }

  private check(text: string) {
    const checked = checkUrl(text);
    if (checked.ok || checked.reason === "invalid_url" || checked.reason === "credentials_refused")
      return checked;
    const url = new URL(text);
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const isWeb = url.protocol === "http:" || url.protocol === "https:";
    return isWeb && this.isAllowed(url.hostname, port) ? { ok: true as const, url, port, host } : checked;
  }

  private isAllowed(hostname: string, port: number): boolean {
    return this.allowed.has(`${hostname.toLowerCase()}:${port}`);
  }

  /** Every address of the name must be public: which of them is dialled is not the attacker's to choose. */
  private async findAddress(
    { url, host, port }: { url: URL; host: string; port: number },
    deadline: AbortSignal,
  ): Promise<{ ok: true; address: string } | { ok: false; reason: FetchRefusal }> {
    let addresses: string[];
    try {
      addresses = isIP(host) ? [host] : await Promise.race([this.resolve(host), rejectWhen(deadline)]);
    } catch {
      return { ok: false, reason: deadline.aborted ? "timeout" : "not_resolved" };
    }
    const [address] = addresses;
    if (address === undefined) return { ok: false, reason: "not_resolved" };
    if (addresses.length > MAX_ADDRESSES) return { ok: false, reason: "address_refused" };
    if (this.isAllowed(url.hostname, port)) return { ok: true, address };
    return addresses.every(isPublicAddress)
      ? { ok: true, address }
      : { ok: false, reason: "address_refused" };
  }
}

function rejectWhen(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function dial(
  url: URL,
  address: string,
  request: GuardedRequest & { deadline: AbortSignal },
): Promise<GuardedAnswer> {
  const family = isIP(address);
  const options: RequestOptions = {
    method: "GET",
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    signal: request.deadline,
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
  return new Promise((resolve) => {
    const outgoing = url.protocol === "https:" ? requestHttps(url, options) : requestHttp(url, options);
    const fail = () =>
      resolve({ ok: false, reason: request.deadline.aborted ? "timeout" : "connection_failed" });
    outgoing.on("error", fail);
    outgoing.on("upgrade", (_, socket) => {
      socket.destroy();
      fail();
    });
    outgoing.on("response", (incoming) => {
      read(incoming, request.maxBytes ?? 262_144).then(resolve, fail);
    });
    outgoing.end();
  });
}

async function read(incoming: IncomingMessage, maxBytes: number): Promise<GuardedAnswer> {
  const status = incoming.statusCode ?? 0;
  const refuse = (reason: FetchRefusal): GuardedAnswer => {
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
  return { ok: true, status, body: Buffer.concat(chunks) };
}
