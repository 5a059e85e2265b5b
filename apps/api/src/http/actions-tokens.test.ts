import { createServer, type Server } from "node:http";
import { generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { closeServer, listen } from "../testing/test-ports.js";
import { ActionsTokens } from "./actions-tokens.js";

const now = { status: 200, keys: "" };
let server: Server;
let issuer: string;
let token: string;
beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(now.status).end(now.keys));
  issuer = `http://127.0.0.1:${await listen(server)}`;
  const { privateKey } = await generateKeyPair("RS256");
  token = await new SignJWT({})
    .setProtectedHeader({ alg: "RS256", kid: "k1" })
    .setIssuer(issuer)
    .setAudience("us")
    .setJti("1")
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(privateKey);
});
afterAll(() => closeServer(server));

const check = () => new ActionsTokens(issuer).check(token, { audience: "us", claims: z.unknown() });

it.each([
  ["has none to give", 503, "<h1>Unicorn!</h1>"],
  ["gives a page instead", 200, "<h1>Unicorn!</h1>"],
  ["gives none", 200, "{}"],
])("does not blame a token when the issuer of keys %s", async (_, status, keys) => {
  Object.assign(now, { status, keys });
  await expect(check()).rejects.toMatchObject({ code: "unavailable" });
});

it("refuses a token of a key that the issuer does not know", async () => {
  Object.assign(now, { status: 200, keys: '{"keys":[]}' });
  expect(await check()).toEqual({ ok: false, reason: "not_issued" });
});
