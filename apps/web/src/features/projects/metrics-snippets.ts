type MetricsSnippetValues = {
  /** The address that will be measured; its path is served. */
  metricsEndpoint: string | null;
  hmacEnabled: boolean;
};

const DEFAULT_PATH = "/seqpulse-metrics";

/** A module for Express, or anything else that takes `(req, res, next)`. Needs nothing but Node. */
export function getNodeMetricsSnippet({ metricsEndpoint, hmacEnabled }: MetricsSnippetValues): string {
  return `${hmacEnabled ? 'import { createHmac, timingSafeEqual } from "node:crypto";\n' : ""}import { totalmem } from "node:os";

const PATH = ${JSON.stringify(pathOf(metricsEndpoint))};
const WINDOW_SECONDS = 10;
const memoryLimit = Math.min(process.constrainedMemory() || Infinity, totalmem());

// One entry for each second in which this process answered something.
let seconds = [];
let cpu = { at: performance.now(), used: process.cpuUsage(), share: 0 };

/** Use it before all routes: app.use(seqpulse) */
export function seqpulse(req, res, next) {
  const path = (req.originalUrl ?? req.url).split("?")[0].replace(/\\/+$/, "") || "/";
  if (req.method === "GET" && path === PATH) {
${hmacEnabled ? '    if (!isSigned(req, path)) return send(res, 401, { error: "bad signature" });\n' : ""}    return send(res, 200, { metrics: measure() });
  }
  const startedAt = performance.now();
  res.once("close", () => record(performance.now() - startedAt, res.statusCode >= 500));
  next();
}

function send(res, status, body) {
  res.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  res.end(JSON.stringify(body));
}

function record(milliseconds, failed) {
  const second = Math.floor(Date.now() / 1_000);
  if (seconds.at(-1)?.second !== second) {
    const kept = seconds.filter((it) => it.second >= second - WINDOW_SECONDS);
    seconds = [...kept, { second, durations: [], failed: 0 }];
  }
  seconds.at(-1).durations.push(milliseconds);
  if (failed) seconds.at(-1).failed += 1;
}

function measure() {
  const now = Math.floor(Date.now() / 1_000);
  const whole = seconds.filter(({ second }) => second >= now - WINDOW_SECONDS && second < now);
  const durations = whole.flatMap((it) => it.durations).sort((a, b) => a - b);
  const failed = whole.reduce((sum, it) => sum + it.failed, 0);
  return {
    requests_per_sec: durations.length / WINDOW_SECONDS,
    latency_p95: durations[Math.ceil(durations.length * 0.95) - 1] ?? 0, // milliseconds
    error_rate: durations.length === 0 ? 0 : failed / durations.length, // 0 to 1, as the next two
    cpu_usage: cpuShare(),
    memory_usage: Math.min(1, process.memoryUsage.rss() / memoryLimit),
  };
}

/** Of one core, since it was asked last. */
function cpuShare() {
  const at = performance.now();
  if (at - cpu.at >= 1_000) {
    const { user, system } = process.cpuUsage(cpu.used);
    const share = Math.min(1, (user + system) / 1_000 / (at - cpu.at));
    cpu = { at, used: process.cpuUsage(), share };
  }
  return cpu.share;
}
${hmacEnabled ? NODE_HMAC : ""}`;
}

const NODE_HMAC = `
const SECRET = process.env.SEQPULSE_HMAC_SECRET;
if (!SECRET) throw new Error("SEQPULSE_HMAC_SECRET is not set");
const nonces = new Map();

/** The method and the path are those that arrived, whatever the headers say. */
function isSigned(req, path) {
  const header = (name) => String(req.headers[\`x-seqpulse-\${name}\`] ?? "");
  const [timestamp, nonce] = [header("timestamp"), header("nonce")];
  const age = Date.now() - Date.parse(timestamp);
  if (header("signature-version") !== "v2" || !(age <= 300_000 && age >= -30_000)) return false;
  const text = [timestamp, req.method, path, nonce].join("|");
  const expected = Buffer.from(\`sha256=\${createHmac("sha256", SECRET).update(text).digest("hex")}\`);
  const given = Buffer.from(header("signature"));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  // Each nonce counts once. Behind several instances they belong into a store that all of them share.
  for (const [known, until] of nonces) if (until <= Date.now()) nonces.delete(known);
  if (nonces.has(nonce)) return false;
  nonces.set(nonce, Date.now() + 330_000);
  return true;
}
`;

/** How an Express application uses the module. */
export const NODE_USE = `import express from "express";
import { seqpulse } from "./seqpulse.mjs";

const app = express();
app.use(seqpulse);
`;

/** A module for FastAPI, or any other ASGI application. Needs nothing but Python. */
export function getPythonMetricsSnippet({ metricsEndpoint, hmacEnabled }: MetricsSnippetValues): string {
  return `${hmacEnabled ? "import hashlib\nimport hmac\n" : ""}import json
import math
import os
import time
${hmacEnabled ? "from datetime import datetime, timezone\n" : ""}
PATH = ${JSON.stringify(pathOf(metricsEndpoint))}
WINDOW_SECONDS = 10
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

# One entry for each second in which this process answered something.
seconds = []
cpu = {"at": time.monotonic(), "used": time.process_time(), "share": 0.0}


class SeqPulse:
    """Use it last: app.add_middleware(SeqPulse)"""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        raw_path = scope.get("raw_path") or scope["path"].encode()
        path = raw_path.decode("latin-1").split("?")[0].rstrip("/") or "/"
        if scope["method"] == "GET" and path == PATH:
${hmacEnabled ? '            if not is_signed(scope, path):\n                return await answer(send, 401, {"error": "bad signature"})\n' : ""}            return await answer(send, 200, {"metrics": measure()})
        started_at, status = time.monotonic(), 500

        async def watch(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            record((time.monotonic() - started_at) * 1000, status >= 500)


async def answer(send, status, body):
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def record(milliseconds, failed):
    second = int(time.time())
    if not seconds or seconds[-1]["second"] != second:
        seconds[:] = [it for it in seconds if it["second"] >= second - WINDOW_SECONDS]
        seconds.append({"second": second, "durations": [], "failed": 0})
    seconds[-1]["durations"].append(milliseconds)
    seconds[-1]["failed"] += int(failed)


def measure():
    now = int(time.time())
    whole = [it for it in seconds if now - WINDOW_SECONDS <= it["second"] < now]
    durations = sorted(ms for it in whole for ms in it["durations"])
    count = len(durations)
    return {
        "requests_per_sec": count / WINDOW_SECONDS,
        "latency_p95": durations[math.ceil(count * 0.95) - 1] if count else 0,  # milliseconds
        "error_rate": sum(it["failed"] for it in whole) / count if count else 0,  # 0 to 1, as the next two
        "cpu_usage": cpu_share(),
        "memory_usage": min(1, memory_used() / memory_limit()),
    }


def cpu_share():
    """Of one core, since it was asked last."""
    at, used = time.monotonic(), time.process_time()
    if at - cpu["at"] >= 1:
        share = min(1, (used - cpu["used"]) / (at - cpu["at"]))
        cpu.update(at=at, used=used, share=share)
    return cpu["share"]


def memory_used():
    with open("/proc/self/statm") as file:  # Linux
        return int(file.read().split()[1]) * PAGE_BYTES


def memory_limit():
    total = os.sysconf("SC_PHYS_PAGES") * PAGE_BYTES
    try:
        with open("/sys/fs/cgroup/memory.max") as file:
            return min(int(file.read()), total)
    except (OSError, ValueError):  # no container, or one without a limit
        return total
${hmacEnabled ? PYTHON_HMAC : ""}`;
}

const PYTHON_HMAC = `

SECRET = os.environ["SEQPULSE_HMAC_SECRET"].encode()
nonces = {}


def is_signed(scope, path):
    """The method and the path are those that arrived, whatever the headers say."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    timestamp = headers.get("x-seqpulse-timestamp", "")
    nonce = headers.get("x-seqpulse-nonce", "")
    try:
        signed_at = datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return False
    now = time.time()
    if headers.get("x-seqpulse-signature-version") != "v2" or not -30 <= now - signed_at.timestamp() <= 300:
        return False
    text = "|".join([timestamp, scope["method"], path, nonce]).encode("latin-1")
    expected = "sha256=" + hmac.new(SECRET, text, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), headers.get("x-seqpulse-signature", "").encode()):
        return False
    # Each nonce counts once. Behind several workers they belong into a store that all of them share.
    for known in [known for known, until in nonces.items() if until <= now]:
        del nonces[known]
    if nonce in nonces:
        return False
    nonces[nonce] = now + 330
    return True
`;

/** How a FastAPI application uses the module. */
export const PYTHON_USE = `from fastapi import FastAPI
from seqpulse import SeqPulse

app = FastAPI()
app.add_middleware(SeqPulse)
`;

/** As scrapes sign it: without a query or a slash at its end. */
function pathOf(metricsEndpoint: string | null): string {
  if (metricsEndpoint === null || !URL.canParse(metricsEndpoint)) return DEFAULT_PATH;
  return new URL(metricsEndpoint).pathname.replace(/\/+$/, "") || "/";
}
