import { createServer } from "node:http";
import { closeServer, listen } from "../../testing/test-ports.js";
import type { SlackMessage } from "./slack-message.js";

type Received = { path: string; message: SlackMessage };
type Answer = { status: number; text: string; headers?: Record<string, string> };

export type TestSlack = Awaited<ReturnType<typeof startTestSlack>>;

/** Incoming webhooks on loopback, which answer what the test tells them to. */
export async function startTestSlack() {
  const received: Received[] = [];
  const now: Answer = { status: 200, text: "ok" };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      const message = JSON.parse(Buffer.concat(chunks).toString("utf8")) as SlackMessage;
      received.push({ path: request.url ?? "", message });
      response.writeHead(now.status, { "content-type": "text/html", ...now.headers });
      response.end(now.text);
    });
  });
  const port = await listen(server);
  const url = `http://127.0.0.1:${port}`;
  return {
    /** For SLACK_HOOKS_URL. */
    url,
    webhookUrl: `${url}/services/T00000001/B00000001/SecretOfShopwXyZ`,
    otherWebhookUrl: `${url}/services/T00000001/B00000001/AnotherSecretaBcD`,
    /** Every message that arrived. */
    received,
    /** Answers so from now on. */
    answer: (answer: Answer): void => void Object.assign(now, { headers: undefined }, answer),
    close: () => closeServer(server),
  };
}
