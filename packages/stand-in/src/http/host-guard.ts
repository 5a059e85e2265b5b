import type { FastifyInstance } from "fastify";

const LOCAL_NAMES = new Set(["localhost", "127.0.0.1"]);

/**
 * Refuses requests whose Host is not this machine's loopback name and port: a page elsewhere could
 * otherwise reach the stand-in by pointing its own name at 127.0.0.1.
 */
export function hostGuard(app: FastifyInstance, portOf: () => number): void {
  app.addHook("onRequest", async (request, reply) => {
    const [name = "", port = "80"] = (request.headers.host ?? "").split(":");
    if (LOCAL_NAMES.has(name.toLowerCase()) && Number(port) === portOf()) return;
    await reply.code(421).type("text/plain").send("This host is not served here.\n");
  });
}
