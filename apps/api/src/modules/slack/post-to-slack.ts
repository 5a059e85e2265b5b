import type { SlackMessage } from "./slack-message.js";

const TIMEOUT_MS = 10_000;
/** Slack answers a word; what is longer is somebody else's page. */
const MAX_ANSWER_BYTES = 1_024;

export type SlackAnswer = {
  /** Null when nobody answered. */
  status: number | null;
  /** Slack's own word (`ok`, `no_service`), else `http_<status>`, `timeout`, `connection_failed`. */
  code: string;
  retryAfterSeconds: number | null;
};

/** Posts one message to an address that was checked. Never throws, and follows no redirect. */
export async function postToSlack(webhookUrlPlain: string, message: SlackMessage): Promise<SlackAnswer> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(webhookUrlPlain, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(message),
      redirect: "manual",
      signal,
    });
    const word = await readWord(response);
    return {
      status: response.status,
      code: word ?? `http_${response.status}`,
      retryAfterSeconds: readSeconds(response.headers.get("retry-after")),
    };
  } catch {
    // What failed may carry the address, and says no more than this.
    return { status: null, code: signal.aborted ? "timeout" : "connection_failed", retryAfterSeconds: null };
  }
}

async function readWord(response: Response): Promise<string | undefined> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    // Leaving the loop cancels the rest.
    if (text.length > MAX_ANSWER_BYTES) return undefined;
  }
  const word = text.trim();
  return /^[a-z][a-z0-9_]{1,59}$/.test(word) ? word : undefined;
}

const readSeconds = (header: string | null): number | null =>
  header !== null && /^\d{1,6}$/.test(header.trim()) ? Number(header) : null;
