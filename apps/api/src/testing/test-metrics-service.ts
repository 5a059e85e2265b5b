import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { closeServer, listen } from "./test-ports.js";

const GOOD = {
  requests_per_sec: 12.5,
  latency_p95: 131.2,
  error_rate: 0.002,
  cpu_usage: 0.42,
  memory_usage: 0.51,
};

/**
 * A customer's service with a metrics endpoint on loopback. With `secret` set it accepts only what is signed
 * with it (HMAC v2), as a receiver has to: by the request's real method and path.
 */
export async function startMetricsService() {
  const state = {
    answer: { metrics: GOOD } as unknown,
    status: 200,
    secret: undefined as string | undefined,
    requests: 0,
  };
  const server = createServer((request, response) => {
    state.requests += 1;
    const accepted = state.secret === undefined || isSigned(request, state.secret);
    response.writeHead(accepted ? state.status : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(accepted ? state.answer : { error: "bad signature" }));
  });
  const port = await listen(server);
  return {
    state,
    url: `http://127.0.0.1:${port}/seqpulse-metrics`,
    /** For SCRAPE_ALLOW. */
    hostAndPort: `127.0.0.1:${port}`,
    close: () => closeServer(server),
  };
}

function isSigned(request: IncomingMessage, secret: string): boolean {
  const header = (name: string) => String(request.headers[`x-seqpulse-${name}`] ?? "");
  const signed = [header("timestamp"), request.method, request.url, header("nonce")].join("|");
  const expected = createHmac("sha256", secret).update(signed).digest("hex");
  return header("signature") === `sha256=${expected}`;
}
