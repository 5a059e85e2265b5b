import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { Inject, Injectable, Optional } from "@nestjs/common";
import { ENV, type Env } from "../../env.js";
import { isPublicAddress } from "./address-rules.js";
import { dial, type DialRefusal, type GuardedAnswer } from "./dial.js";
import { type Resolve, resolveAsMachine, resolveByName } from "./resolve-name.js";
import { checkUrl, type UrlRefusal } from "./url-rules.js";

const MAX_ADDRESSES = 32;
const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_BYTES = 262_144;

export type FetchRefusal = UrlRefusal | DialRefusal | "not_resolved" | "address_refused";

export type GuardedRequest = {
  headers?: Record<string, string>;
  /** For everything, resolving included. Default 5,000. */
  timeoutMs?: number;
  /** Largest body, in bytes. Default 262,144. */
  maxBytes?: number;
};

const RESOLVE = Symbol("resolve");

type Found = { ok: true; address: string } | { ok: false; reason: FetchRefusal };

/**
 * The one way to fetch an address that a customer wrote. The address that was checked is the one that is
 * dialled; no redirect is followed, no connection is reused, no proxy is asked, nothing is decompressed. A
 * self-hoster may allow single host:port pairs (SCRAPE_ALLOW); nothing switches the guard off.
 */
@Injectable()
export class GuardedFetch {
  private readonly allowed: ReadonlySet<string>;
  private readonly ownHost: string;
  private readonly resolvePublic: Resolve;

  constructor(
    @Inject(ENV)
    env: Pick<Env, "SCRAPE_ALLOW" | "PULSEKEEP_PUBLIC_URL"> & Partial<Pick<Env, "PULSEKEEP_DNS_SERVERS">>,
    @Optional() @Inject(RESOLVE) private readonly resolve?: Resolve,
  ) {
    this.resolvePublic = resolveByName(env.PULSEKEEP_DNS_SERVERS);
    this.allowed = new Set(env.SCRAPE_ALLOW.map((pair) => pair.toLowerCase()));
    this.ownHost = new URL(env.PULSEKEEP_PUBLIC_URL).hostname;
  }

  /** What may be said of an address when it is saved, before anything is resolved. */
  findFault(text: string): UrlRefusal | undefined {
    const checked = this.check(text);
    return checked.ok ? undefined : checked.reason;
  }

  async get(text: string, request: GuardedRequest = {}): Promise<GuardedAnswer<FetchRefusal>> {
    const deadline = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const checked = this.check(text);
    if (!checked.ok) return checked;
    const found = await this.findAddress(checked, deadline);
    if (!found.ok) return found;
    const { headers = {}, maxBytes = DEFAULT_MAX_BYTES } = request;
    return dial(checked.url, found.address, { headers, maxBytes, deadline });
  }

  private check(text: string) {
    const checked = checkUrl(text);
    if (!checked.ok && ["invalid_url", "credentials_refused", "scheme_refused"].includes(checked.reason))
      return checked;
    const url = new URL(text);
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    if (this.isAllowed(url.hostname, port))
      return { ok: true as const, url, port, host: url.hostname.replace(/^\[|\]$/g, "") };
    // A project that measures this very server would feed on itself.
    if (checked.ok && checked.host === this.ownHost)
      return { ok: false as const, reason: "host_refused" as const };
    return checked;
  }

  private isAllowed(hostname: string, port: number): boolean {
    return this.allowed.has(`${hostname.toLowerCase()}:${port}`);
  }

  /** Every address of the name must be public: which of them is dialled is not the attacker's to choose. */
  private async findAddress(
    { url, host, port }: { url: URL; host: string; port: number },
    deadline: AbortSignal,
  ): Promise<Found> {
    const isAllowed = this.isAllowed(url.hostname, port);
    const resolve = this.resolve ?? (isAllowed ? resolveAsMachine : this.resolvePublic);
    let addresses: string[];
    try {
      addresses = isIP(host) ? [host] : await Promise.race([resolve(host, deadline), rejectWhen(deadline)]);
    } catch {
      return { ok: false, reason: deadline.aborted ? "timeout" : "not_resolved" };
    }
    const [address] = addresses;
    if (address === undefined) return { ok: false, reason: "not_resolved" };
    if (addresses.length > MAX_ADDRESSES) return { ok: false, reason: "address_refused" };
    if (isAllowed) return { ok: true, address };
    return addresses.every((one) => isPublicAddress(one) && !isOwnAddress(one))
      ? { ok: true, address }
      : { ok: false, reason: "address_refused" };
  }
}

/** An address of this machine, public or not: read each time, because interfaces come and go. */
const isOwnAddress = (address: string): boolean =>
  Object.values(networkInterfaces()).some((own) => own?.some((one) => one.address === address));

function rejectWhen(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
