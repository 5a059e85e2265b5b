import { createServer } from "node:http";
import { closeServer, listen } from "../../testing/test-ports.js";

/** A Prometheus that knows one series per query: always five; of errors, what is no number. */
export async function startTestPrometheus() {
  const asked: { query: string; token: string | undefined }[] = [];
  const state = {
    status: 200,
    token: undefined as string | undefined,
    isSilent: false,
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const query = url.searchParams.get("query") ?? "";
    asked.push({ query, token: request.headers.authorization });
    const isAllowed = state.token === undefined || request.headers.authorization === `Bearer ${state.token}`;
    const [start, end, step] = ["start", "end", "step"].map((name) => Number(url.searchParams.get(name))) as [
      number,
      number,
      number,
    ];
    const values: [number, string][] = [];
    for (let at = start; at <= end; at += step) values.push([at, query.startsWith("errors") ? "NaN" : "5"]);
    response.writeHead(isAllowed ? state.status : 401, { "content-type": "application/json" });
    const result = state.isSilent ? [] : [{ metric: {}, values }];
    const good = { status: "success", data: { resultType: "matrix", result } };
    response.end(JSON.stringify(state.status === 200 ? good : { status: "error", error: "no" }));
  });
  const port = await listen(server);
  return {
    /** Every query that arrived, with the authorization that came with it. */
    asked,
    /** What it answers from now on. */
    state,
    url: `http://127.0.0.1:${port}/prom`,
    alias: `http://localhost:${port}/prom`,
    /** For SCRAPE_ALLOW. */
    hostAndPort: `127.0.0.1:${port},localhost:${port}`,
    close: () => closeServer(server),
  };
}
