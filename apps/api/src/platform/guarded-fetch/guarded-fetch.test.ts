import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Env } from "../../env.js";
import { isPublicAddress } from "./address-rules.js";
import { GuardedFetch } from "./guarded-fetch.js";
import type { Resolve } from "./resolve-name.js";
import { checkUrl } from "./url-rules.js";
import hosts from "./vectors/wpt-url-hosts.json" with { type: "json" };
import vectors from "./vectors/hostile-urls.json" with { type: "json" };

const PUBLIC = "93.184.216.34";
const environment = (allow: string[] = []): Pick<Env, "SCRAPE_ALLOW" | "PULSEKEEP_PUBLIC_URL"> => ({
  SCRAPE_ALLOW: allow,
  PULSEKEEP_PUBLIC_URL: "https://pulses.example.com",
});
const resolving =
  (answer: string[]): Resolve =>
  async () =>
    answer;

type HostCase = { input: string; base: string | null; failure?: boolean; hostname?: string };

describe("SSRF-01 hostile URLs", () => {
  const guard = new GuardedFetch(environment(), resolving(["10.0.0.5"]));

  for (const { id, url } of vectors.urls)
    it(`refuses ${id} ${JSON.stringify(url).slice(0, 60)}`, async () => {
      await expect(guard.get(url, { timeoutMs: 500 })).resolves.toMatchObject({ ok: false });
    });

  it("refuses them by address or shape also when their name resolves to a public address", async () => {
    const unresolvable = new GuardedFetch(environment(), async () => {
      throw new Error("no name is resolved");
    });
    for (const { url, node20_hostname: host } of vectors.urls) {
      if (host !== null && /^[\d.]+$|^\[/.test(host)) {
        const answer = await unresolvable.get(url, { timeoutMs: 500 });
        expect(answer, url).toMatchObject({ ok: false });
        expect(answer, url).not.toMatchObject({ reason: "connection_failed" });
        expect(answer, url).not.toMatchObject({ reason: "timeout" });
      }
    }
  });
});

describe("SSRF-02 hostile names", () => {
  for (const { id, host, answers } of vectors.dns) {
    if (!Array.isArray(answers) || !/^(D0[1-46-9]|D1[0-2]|D08)$/.test(id)) continue;
    it(`refuses ${id} ${host}`, async () => {
      const addresses = (answers as string[][]).at(-1) ?? [];
      const guard = new GuardedFetch(environment(), resolving(addresses));
      await expect(guard.get(`https://${host}/m`, { timeoutMs: 500 })).resolves.toMatchObject({ ok: false });
    });
  }

  it("D05 dials the address that it checked and never resolves twice", async () => {
    let asked = 0;
    const guard = new GuardedFetch(environment(), async () => {
      asked += 1;
      return asked === 1 ? [PUBLIC] : ["127.0.0.1"];
    });
    await guard.get("http://rebind.example.com:8080/m", { timeoutMs: 200 });
    expect(asked).toBe(1);
  });

  it("D13 gives up when the resolver hangs", async () => {
    const guard = new GuardedFetch(environment(), () => new Promise(() => undefined));
    await expect(guard.get("http://slow.example.com/m", { timeoutMs: 50 })).resolves.toEqual({
      ok: false,
      reason: "timeout",
    });
  });

  it("D14 refuses to measure the server that it is part of, by name and by address", async () => {
    const own = Object.values(networkInterfaces()).flat()[0]?.address ?? "127.0.0.1";
    const guard = new GuardedFetch(environment(), resolving([own]));
    expect(guard.findFault("https://pulses.example.com/seqpulse-metrics")).toBe("host_refused");
    await expect(guard.get("https://alias.example.com/m")).resolves.toEqual({
      ok: false,
      reason: "address_refused",
    });
  });

  it("D16 resolves and checks again for every request", async () => {
    const answers = [[PUBLIC], ["10.0.0.5"]];
    const guard = new GuardedFetch(environment(), async () => answers.shift() ?? []);
    await guard.get("http://keepalive.example.com:8080/m", { timeoutMs: 100 });
    await expect(guard.get("http://keepalive.example.com:8080/m")).resolves.toEqual({
      ok: false,
      reason: "address_refused",
    });
  });

  it("D15 refuses a name with a thousand addresses", async () => {
    const guard = new GuardedFetch(environment(), resolving(Array.from({ length: 1_000 }, () => PUBLIC)));
    await expect(guard.get("http://many.example.com/m")).resolves.toEqual({
      ok: false,
      reason: "address_refused",
    });
  });
});

describe("hosts as the web platform's tests write them", () => {
  it("SSRF-01 reads each as the address that a browser would dial, and refuses what does not parse", () => {
    const reached = new Set<string>();
    for (const { input, base, failure, hostname } of hosts.cases as HostCase[]) {
      if (failure) {
        expect(checkUrl(input).ok, input).toBe(false);
        continue;
      }
      const { href } = new URL(input, base ?? undefined);
      const checked = checkUrl(href);
      if (!checked.ok) throw new Error(`${href} is refused by its shape`);
      expect(checked.host, input).toBe(hostname?.replace(/^\[|\]$/g, ""));
      if (isPublicAddress(checked.host)) reached.add(checked.host);
    }
    expect([...reached]).toEqual(["1.2.3.4", "59.154.201.255"]);
  });
});

describe("controls", () => {
  for (const { id, url } of vectors.allow)
    it(`lets ${id} ${url} pass the rules of shape`, () => {
      expect(new GuardedFetch(environment(), resolving([PUBLIC])).findFault(url)).toBeUndefined();
    });
});

describe("a host and port that the self-hoster allows", () => {
  let server: Server;
  let port: number;
  let answer: RequestListener;

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => void server.close());

  const get = (path = "/") => {
    const guard = new GuardedFetch(environment([`127.0.0.1:${port}`]));
    return guard.get(`http://127.0.0.1:${port}${path}`, { timeoutMs: 2_000, maxBytes: 1_000 });
  };

  it("is reached", async () => {
    answer = (_, response) => response.end("fine");
    await expect(get()).resolves.toMatchObject({ ok: true, status: 200, body: Buffer.from("fine") });
  });

  it("allows no other port of that host", async () => {
    const guard = new GuardedFetch(environment([`127.0.0.1:${port}`]));
    const other = port === 65_535 ? port - 1 : port + 1;
    await expect(guard.get(`http://127.0.0.1:${other}/`)).resolves.toEqual({
      ok: false,
      reason: "address_refused",
    });
  });

  it("is not followed elsewhere", async () => {
    answer = (_, response) => response.writeHead(302, { location: `http://127.0.0.1:${port}/again` }).end();
    await expect(get()).resolves.toEqual({ ok: false, reason: "redirect_refused" });
  });

  it("may not send more than the limit, announced or not", async () => {
    answer = (_, response) => response.end("x".repeat(2_000));
    await expect(get()).resolves.toEqual({ ok: false, reason: "too_large" });
    answer = (_, response) => {
      response.write("x".repeat(600));
      response.end("x".repeat(600));
    };
    await expect(get()).resolves.toEqual({ ok: false, reason: "too_large" });
  });

  it("may not compress", async () => {
    answer = (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("{}"));
    await expect(get()).resolves.toEqual({ ok: false, reason: "encoding_refused" });
  });

  it("may not keep us waiting", async () => {
    answer = (_, response) => response.writeHead(200).write("{");
    const guard = new GuardedFetch(environment([`127.0.0.1:${port}`]));
    await expect(guard.get(`http://127.0.0.1:${port}/`, { timeoutMs: 100 })).resolves.toEqual({
      ok: false,
      reason: "timeout",
    });
  });
});
