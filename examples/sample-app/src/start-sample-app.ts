import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { type MetricsOptions, serveMetrics } from "./metrics/serve-metrics.js";
import { CATEGORIES, ItemStore } from "./shop/item-store.js";
import { PageCache } from "./shop/page-cache.js";
import { Recommendations } from "./shop/recommendations.js";
import type { Order, Shop } from "./shop/shop.js";
import { loadVersion } from "./versions/versions.js";

export type SampleAppOptions = MetricsOptions & {
  /** A row of `versions.ts`. */
  version: string;
  /** 0 for any. */
  port: number;
  /** How long the hot paths run before the first visitor; default 500. */
  warmUpMs?: number;
};

export type SampleApp = { url: string; port: number; close: () => Promise<void> };

const WARM_UP_MS = 500;

/** Starts one version of the shop on loopback, warmed up, with its metrics endpoint. */
export async function startSampleApp(options: SampleAppOptions): Promise<SampleApp> {
  const createShop = await loadVersion(options.version);
  const store = await ItemStore.open();
  const shop = createShop(store);
  const server = fastify({ forceCloseConnections: "idle" });
  server.addHook("preClose", (done) => {
    endConnections(server);
    done();
  });
  const recommendations = new Recommendations();
  server.addHook("onClose", () => {
    recommendations.stop();
    return store.close();
  });
  serveMetrics(server, options);
  serveShop(server, shop, recommendations);
  server.get("/health", () => ({ status: "ok" }));
  await warmUp(shop, options.warmUpMs ?? WARM_UP_MS);
  await server.listen({ host: "127.0.0.1", port: options.port });
  const { port } = server.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, close: () => server.close() };
}

/** Connections that were busy when closing began fall idle later, and would be kept alive for a minute. */
function endConnections({ server }: FastifyInstance): void {
  const timer = setInterval(() => server.closeIdleConnections(), 50);
  server.once("close", () => clearInterval(timer));
}

function serveShop(server: FastifyInstance, shop: Shop, recommendations: Recommendations): void {
  const pages = new PageCache();
  const sendPage = async (request: FastifyRequest, reply: FastifyReply, body: string) => {
    reply
      .header("etag", `"${shop.tagOf(body)}"`)
      .header("vary", "accept-encoding")
      .type("application/json");
    if (!/\bbr\b/.test(request.headers["accept-encoding"] ?? "")) return reply.send(body);
    // Without the query: what nobody reads must not make another page.
    const [address = ""] = request.url.split("?");
    return reply.header("content-encoding", "br").send(await pages.compressed(address, body));
  };
  server.get<{ Params: { category: string } }>("/categories/:category", async (request, reply) => {
    const { category } = request.params;
    const movedTo = shop.findRedirect(category);
    if (movedTo !== undefined) return reply.redirect(movedTo, 303);
    return sendPage(request, reply, JSON.stringify(await shop.listItems(category)));
  });
  server.get<{ Params: { id: string } }>("/items/:id", async (request, reply) => {
    const item = await shop.findItem(request.params.id);
    if (!item) return reply.status(404).send({ error: "not_found" });
    return sendPage(request, reply, JSON.stringify(item));
  });
  const schema = {
    body: {
      type: "object",
      required: ["itemIds", "customer"],
      properties: {
        itemIds: { type: "array", minItems: 1, maxItems: 20, items: { type: "string", maxLength: 60 } },
        customer: {
          type: "object",
          required: ["id"],
          properties: {
            id: { type: "string", maxLength: 60 },
            loyaltyCard: {
              type: "object",
              required: ["points"],
              properties: { points: { type: "integer", minimum: 0 } },
            },
          },
        },
      },
    },
  };
  server.post<{ Body: Order }>("/checkouts", { schema }, async ({ body }, reply) => {
    const receipt = await shop.checkOut(body);
    recommendations.record(body.itemIds);
    const boughtWith = body.itemIds.flatMap((id) => recommendations.suggest(id));
    return reply.status(201).send({ ...receipt, boughtWith });
  });
}

/** Compiles the hot paths before the first visitor; whatever fails here fails for visitors, who count. */
async function warmUp(shop: Shop, forMs: number): Promise<void> {
  const order = { itemIds: ["books-1"], customer: { id: "warm-up", loyaltyCard: { points: 0 } } };
  const until = performance.now() + forMs;
  for (let round = 0; performance.now() < until; round += 1) {
    const category = CATEGORIES[round % CATEGORIES.length] ?? CATEGORIES[0];
    shop.tagOf(JSON.stringify(await shop.listItems(category)));
    await shop.checkOut(order);
  }
}
