import { createServer, type IncomingMessage } from "node:http";
import { verifyScrapeV2, verifyScrapeV3 } from "@pulsekeep/signing";
import { closeServer, listen } from "../../testing/test-ports.js";

export type TestReceiver = Awaited<ReturnType<typeof startTestReceiver>>;

/** A metrics endpoint under two hosts that verifies what it is told to, and may offer v3. */
export async function startTestReceiver() {
  const state = {
    secret: undefined as string | undefined,
    takes: ["v2"],
    offers: undefined as string | undefined,
    canary: "",
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    void isAccepted(request).then((accepted) => {
      response.writeHead(accepted ? 200 : 401, {
        "content-type": "application/json",
        ...(state.offers === undefined ? {} : { "X-SeqPulse-Signature-Versions": state.offers }),
      });
      const metrics = { requests_per_sec: 1, latency_p95: 1, error_rate: 0, cpu_usage: 0, memory_usage: 0 };
      response.end(JSON.stringify(accepted ? { metrics, note: state.canary } : { error: state.canary }));
    });
  });
  const isAccepted = async (request: IncomingMessage): Promise<boolean> => {
    const { secret } = state;
    if (secret === undefined) return true;
    const common = {
      secret,
      method: request.method ?? "",
      headers: request.headers,
      now: new Date(),
      storeNonce: () => true,
    };
    const target = request.url ?? "";
    const v2 = state.takes.includes("v2") && (await verifyScrapeV2({ ...common, path: target })).ok;
    return (
      v2 ||
      (state.takes.includes("v3") &&
        (await verifyScrapeV3({ ...common, host: request.headers.host ?? "", target })).ok)
    );
  };
  const port = await listen(server);
  return {
    /** What it takes and says from now on. */
    state,
    /** Takes whatever is signed as v2, or not at all, and offers nothing. */
    reset: (): void =>
      void Object.assign(state, { secret: undefined, takes: ["v2"], offers: undefined, canary: "" }),
    /** The path of every request. */
    asked,
    url: `http://127.0.0.1:${port}/metrics`,
    host: `127.0.0.1:${port}`,
    aliasUrl: `http://localhost:${port}/metrics`,
    aliasHost: `localhost:${port}`,
    /** For SCRAPE_ALLOW. */
    hostAndPort: `127.0.0.1:${port},localhost:${port}`,
    close: () => closeServer(server),
  };
}
