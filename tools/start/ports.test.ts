import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { pickAnyPort, pickPort, requireFreePort } from "./ports.ts";

let server: Server | undefined;

afterEach(() => server?.close());

async function occupy(host: string): Promise<number> {
  server = createServer().listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no address");
  return address.port;
}

it.each(["127.0.0.1", "0.0.0.0"])(
  "names a port that is taken on %s and how to choose another",
  async (host) => {
    const port = await occupy(host);
    await expect(requireFreePort(port, "PORT")).rejects.toThrow(
      `Port ${port} is taken by another program. Stop that program, or choose another port: PORT=${port + 1} npm start`,
    );
  },
);

it("accepts a free port", async () => {
  await expect(requireFreePort(await pickAnyPort(), "PORT")).resolves.toBeUndefined();
});

it("goes elsewhere when a preferred port is taken", async () => {
  const taken = await occupy("127.0.0.1");
  const picked = await pickPort(taken);
  expect(picked).not.toBe(taken);
  expect(picked).toBeGreaterThan(0);
});
