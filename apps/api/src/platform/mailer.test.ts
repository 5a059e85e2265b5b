import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Env } from "../env.js";
import { type Mail, Mailer } from "./mailer.js";

const asked: IncomingMessage["headers"][] = [];
let status = 200;
const provider = createServer((request, response) => {
  asked.push(request.headers);
  request.resume().on("end", () => response.writeHead(status).end("{}"));
});
let env: Env;
beforeEach(async () => {
  asked.length = 0;
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  const { port } = provider.address() as AddressInfo;
  env = {
    RESEND_API_URL: `http://127.0.0.1:${port}`,
    RESEND_API_KEY: "re_test",
    MAIL_FROM: "a@b.example",
  } as Env;
});
afterEach(() => new Promise((resolve) => provider.close(resolve)));

const mail: Mail = {
  to: "alice@example.com",
  template: "verify_email",
  locale: "en",
  params: { name: "Alice", url: "https://p.example" },
};
const send = (more: Partial<Mail> = {}, from = env) =>
  new Mailer(from, pino({ level: "silent" })).send({ ...mail, ...more });

it("gives the provider one key for one matter and one person, and none where every request is a mail", async () => {
  for (const more of [{ once: "a" }, { once: "a" }, { once: "b" }, { once: "a", to: "bob@example.com" }, {}])
    expect(await send(more)).toBe(true);
  const [first, again, other, bob, none] = asked.map((headers) => headers["idempotency-key"]);
  expect(again).toBe(first);
  expect(new Set([first, other, bob]).size).toBe(3);
  expect(first).toMatch(/^[\w-]{43}$/);
  expect(none).toBeUndefined();
});

it("says whether trying again may help", async () => {
  for (const [answered, isDone] of [
    [200, true],
    [422, true],
    [403, true],
    [409, false],
    [429, false],
    [500, false],
    [503, false],
  ] as const) {
    status = answered;
    expect([answered, await send()]).toEqual([answered, isDone]);
  }
  expect(await send({}, { ...env, RESEND_API_URL: "http://127.0.0.1:1" })).toBe(false);
  expect(await send({}, { ...env, RESEND_API_KEY: undefined } as Env)).toBe(true);
});
