import { createServer as createTlsServer } from "node:https";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GuardedFetch } from "./guarded-fetch.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "./vectors/test-certificate.js";

const PUBLIC_URL = "https://pulses.example.com";
const KIB = 1_024;

let server: Server;
let port: number;
/** Answers each connection with bytes of its own: what no HTTP library would send. */
let answer: (socket: Socket) => void;
/** What arrived, a request each. */
const asked: string[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      asked.push(chunk.toString("latin1"));
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});
afterEach(() => {
  asked.length = 0;
});

const guardOf = (allow: string[]) =>
  new GuardedFetch({ SCRAPE_ALLOW: allow, PULSEKEEP_PUBLIC_URL: PUBLIC_URL });
const get = (timeoutMs = 2_000) =>
  guardOf([`127.0.0.1:${port}`]).get(`http://127.0.0.1:${port}/m`, { timeoutMs });
const raw =
  (head: string, body: string | Buffer = "") =>
  (socket: Socket) => {
    socket.write(`${head.trim().replaceAll("\n", "\r\n")}\r\n\r\n`);
    socket.end(body);
  };

describe("SSRF-03 redirects", () => {
  it.each([
    ["R01", "302 Found", "http://127.0.0.1/"],
    ["R02", "307 Temporary Redirect", "http://169.254.169.254/latest/meta-data/"],
    ["R03", "308 Permanent Redirect", "https://evil.example.net/"],
    ["R04", "302 Found", "http://ok.example.com/m"],
    ["R05", "302 Found", "gopher://127.0.0.1:6379/_x"],
    ["R06", "302 Found", "//127.0.0.1/"],
    ["R07", "302 Found", "\\\\127.0.0.1\\"],
    ["R08", "302 Found", "/m"],
  ])("%s are not followed: %s to %s", async (_, status, location) => {
    answer = raw(`HTTP/1.1 ${status}\nLocation: ${location}\nContent-Length: 0`);
    expect(await get()).toEqual({ ok: false, reason: "redirect_refused" });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ["R09", "Refresh: 0;url=http://127.0.0.1/"],
    ["R10", 'Alt-Svc: h2="127.0.0.1:443"'],
  ])("%s are not hidden in another header", async (_, header) => {
    answer = raw(`HTTP/1.1 200 OK\n${header}\nContent-Type: application/json\nContent-Length: 2`, "{}");
    expect(await get()).toMatchObject({ ok: true, status: 200 });
    expect(asked).toHaveLength(1);
  });

  it("R11 are not announced for ever: a flood of informational answers ends the request", async () => {
    answer = (socket) => {
      const flood = () => {
        if (!socket.destroyed && socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(50)))
          setImmediate(flood);
      };
      flood();
    };
    expect(await get()).toEqual({ ok: false, reason: "connection_failed" });
  });

  it("R12 do not lead to another protocol", async () => {
    answer = raw("HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket");
    expect(await get()).toEqual({ ok: false, reason: "connection_failed" });
  });
});

describe("BOMB-02 answers", () => {
  it("B01 without a length are dropped at the limit", async () => {
    let sent = 0;
    answer = (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      const chunk = Buffer.from(`10000\r\n${"x".repeat(64 * KIB)}\r\n`);
      const pump = () => {
        if (socket.destroyed || sent > 512 * 1_024 * KIB) return;
        sent += chunk.length;
        if (socket.write(chunk)) setImmediate(pump);
        else socket.once("drain", pump);
      };
      pump();
    };
    const before = process.memoryUsage().rss;
    expect(await get()).toEqual({ ok: false, reason: "too_large" });
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1_024 * KIB);
    expect(sent).toBeLessThan(32 * 1_024 * KIB);
  });

  it("B02 that announce ten gigabytes are not read at all", async () => {
    answer = (socket) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${10 * 1_024 ** 3}\r\n\r\n`);
    expect(await get()).toEqual({ ok: false, reason: "too_large" });
  });

  it.each([
    ["B03", "gzip"],
    ["B03", "br"],
    ["B03", "zstd"],
    ["B04", Array.from({ length: 1_000 }, () => "gzip").join(", ")],
  ])("%s in an encoding are not decompressed", async (_, encoding) => {
    answer = raw(`HTTP/1.1 200 OK\nContent-Encoding: ${encoding}`, gzipSync(Buffer.alloc(1_024 * KIB)));
    expect(await get()).toEqual({ ok: false, reason: "encoding_refused" });
    expect(asked[0]).toMatch(/accept-encoding: identity/i);
  });

  it("B05 that trickle in are cut at the deadline, however busy the line is", async () => {
    answer = (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
      const trickle = setInterval(() => socket.write("x"), 20);
      socket.on("close", () => clearInterval(trickle));
    };
    const startedMs = performance.now();
    expect(await get(200)).toEqual({ ok: false, reason: "timeout" });
    expect(performance.now() - startedMs).toBeLessThan(1_500);
  });

  it.each([
    ["one of a megabyte", `X-Long: ${"x".repeat(1_024 * KIB)}`],
    ["ten thousand", Array.from({ length: 10_000 }, (_, n) => `X-${n}: y`).join("\n")],
  ])("B06 with %s headers are refused", async (_, headers) => {
    answer = raw(`HTTP/1.1 200 OK\n${headers}\nContent-Length: 2`, "{}");
    expect(await get()).toEqual({ ok: false, reason: "connection_failed" });
  });

  it("B12 that come twice are read once, and the connection ends", async () => {
    answer = (socket) => {
      const one = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      socket.write(one("first") + one("other"));
    };
    const first = await get();
    expect(first.ok && first.body.toString()).toBe("first");
    const ended = [...sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    await Promise.all(ended);
    expect(asked).toHaveLength(1);
    answer = raw("HTTP/1.1 200 OK\nContent-Length: 5", "third");
    const second = await get();
    expect(second.ok && second.body.toString()).toBe("third");
  });

  it("B13 from a server that cannot prove its name are not read, whatever the environment says", async () => {
    let requests = 0;
    const tls = createTlsServer({ cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY }, (_, response) => {
      requests += 1;
      response.end("{}");
    });
    await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
    const tlsPort = (tls.address() as AddressInfo).port;
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    try {
      for (const setting of [undefined, "0"]) {
        if (setting === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
        else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = setting;
        const answered = await guardOf([`127.0.0.1:${tlsPort}`]).get(`https://127.0.0.1:${tlsPort}/m`);
        expect(answered).toEqual({ ok: false, reason: "connection_failed" });
      }
      expect(requests).toBe(0);
    } finally {
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
      tls.close();
    }
  });
});

describe("an inner address", () => {
  it("SSRF-04 written as a literal is refused without a resolver being asked", async () => {
    let lookups = 0;
    const guard = new GuardedFetch({ SCRAPE_ALLOW: [], PULSEKEEP_PUBLIC_URL: PUBLIC_URL }, async () => {
      lookups += 1;
      return ["93.184.216.34"];
    });
    for (const host of ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433"])
      expect(await guard.get(`http://${host}:${port}/m`)).toEqual({ ok: false, reason: "address_refused" });
    expect(lookups).toBe(0);
    expect(asked).toEqual([]);
  });

  it("SSRF-06 gives the same answer in the same time, whether its port is open or closed", async () => {
    answer = raw("HTTP/1.1 200 OK\nContent-Length: 0");
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const closedPort = (closed.address() as AddressInfo).port;
    await new Promise<void>((resolve) => closed.close(() => resolve()));
    const guard = guardOf([]);
    const timesMs = { open: [] as number[], closed: [] as number[] };
    // In turns, so that what else the machine does meets both alike.
    for (let n = 0; n < 100; n += 1)
      for (const [name, of] of [
        ["open", port],
        ["closed", closedPort],
      ] as const) {
        const startedMs = performance.now();
        const refused = await guard.get(`http://127.0.0.1:${of}/m`);
        if (n >= 50) timesMs[name].push(performance.now() - startedMs);
        expect(refused).toEqual({ ok: false, reason: "address_refused" });
      }
    const median = (times: number[]) => times.toSorted((a, b) => a - b)[25] ?? 0;
    expect(Math.abs(median(timesMs.open) - median(timesMs.closed))).toBeLessThan(1);
    expect(asked).toEqual([]);
  });

  it("SSRF-05 is dialled by nobody else: no proxy of the environment is asked", async () => {
    answer = raw("HTTP/1.1 200 OK\nContent-Length: 2", "{}");
    const proxied: string[] = [];
    const proxy = createServer((socket) => socket.on("data", (chunk) => void proxied.push(chunk.toString())));
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const kept = { ...process.env };
    Object.assign(process.env, {
      NODE_USE_ENV_PROXY: "1",
      HTTP_PROXY: proxyUrl,
      http_proxy: proxyUrl,
      NO_PROXY: "",
    });
    try {
      expect(await get()).toMatchObject({ ok: true, status: 200 });
      expect(proxied).toEqual([]);
      // The same variables lead whoever heeds them to the proxy.
      const { Agent, request } = await import("node:http");
      const heeding = request(`http://127.0.0.1:${port}/m`, {
        agent: new Agent({ proxyEnv: process.env }),
      });
      heeding.on("error", () => undefined).end();
      await expect.poll(() => proxied.length).toBeGreaterThan(0);
      heeding.destroy();
    } finally {
      for (const name of ["NODE_USE_ENV_PROXY", "HTTP_PROXY", "http_proxy", "NO_PROXY"])
        if (kept[name] === undefined) delete process.env[name];
        else process.env[name] = kept[name];
      proxy.close();
    }
  });
});
