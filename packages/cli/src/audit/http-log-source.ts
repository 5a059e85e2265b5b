import {
  auditConsistencySchema,
  auditCheckpointSchema,
  auditKeysSchema,
} from "@pulsekeep/contracts/api/audit";
import { pageSchema } from "@pulsekeep/contracts/api/shared";
import { z } from "zod";
import { CliFailure } from "../command-line/cli-failure.js";
import type { Terminal } from "../terminal/terminal.js";
import type { LogSource } from "./log-source.js";

const ATTEMPTS = 5;
const TIMEOUT_MS = 20_000;
const LONGEST_WAIT_SECONDS = 90;
const PER_PAGE = 100;
const LEAVES_PER_PAGE = 1_000;

const checkpointPageSchema = pageSchema(auditCheckpointSchema, "AuditCheckpointPage");
const leavesSchema = z.object({ from: z.number().int(), leaves: z.array(z.string()) });

/**
 * The public log of a server.
 *
 * @param input.newest how many checkpoints to read at least, from the newest back, where none is kept
 */
export function httpLogSource(input: {
  server: string;
  newest: number;
  readsLeaves: boolean;
  terminal: Terminal;
}): LogSource {
  const { server, newest, readsLeaves, terminal } = input;
  const find = <T>(schema: z.ZodType<T>, path: string): Promise<T | undefined> =>
    findJson({ url: `${server}/api/v1/audit${path}`, schema, terminal });
  return {
    name: server,
    entries: [],
    readLog: async (from) => {
      const keys = await find(auditKeysSchema, "/keys");
      if (keys === undefined) throw unknownServer(server);
      const checkpoints: string[] = [];
      // Back to the log that is kept, so that no change of keys in between is missed.
      for (let cursor = ""; ; ) {
        const page = await find(checkpointPageSchema, `/checkpoints?limit=${PER_PAGE}${cursor}`);
        if (page === undefined) throw unknownServer(server);
        checkpoints.push(...page.rows.map(({ note }) => note));
        const oldest = page.rows.at(-1)?.treeSize ?? 0;
        const isEnough = from > 0 ? oldest <= from : checkpoints.length >= newest;
        if (isEnough || page.nextCursor === null || page.rows.length === 0) break;
        cursor = `&cursor=${page.nextCursor}`;
      }
      return { ...keys, checkpoints };
    },
    findConsistency: async (from, to) =>
      (await find(auditConsistencySchema, `/consistency?from=${from}&to=${to}`))?.proof,
    findLeaves: async (from, to) => {
      if (!readsLeaves) return undefined;
      const read = (start: number) => find(leavesSchema, `/leaves?from=${start}&limit=${LEAVES_PER_PAGE}`);
      const first = await read(from);
      return (
        first && leavesFrom({ first: first.leaves, from, to }, async (at) => (await read(at))?.leaves ?? [])
      );
    },
  };
}

async function* leavesFrom(
  { first, from, to }: { first: readonly string[]; from: number; to: number },
  read: (from: number) => Promise<readonly string[]>,
): AsyncGenerator<readonly string[]> {
  let piece = first;
  for (let next = from; next < to && piece.length > 0; ) {
    yield piece.slice(0, to - next);
    next += piece.length;
    if (next < to) piece = await read(next);
  }
}

/** The parsed answer, or undefined for a 404. @throws CliFailure with exit code 2: nothing is known then */
async function findJson<T>(input: {
  url: string;
  schema: z.ZodType<T>;
  terminal: Pick<Terminal, "fetch" | "sleep">;
}): Promise<T | undefined> {
  const { url, schema, terminal } = input;
  for (let attempt = 1; ; attempt++) {
    const answer = await fetchOnce(url, terminal);
    if (answer?.status === 404) return undefined;
    if (answer?.status === 200) {
      const parsed = schema.safeParse(answer.body);
      if (parsed.success) return parsed.data;
      throw unknownServer(new URL(url).origin);
    }
    if (attempt === ATTEMPTS || (answer !== undefined && answer.status < 500 && answer.status !== 429)) {
      const said = answer === undefined ? "gave no answer" : `answered ${answer.status}`;
      throw new CliFailure("log_unreachable", `${new URL(url).origin} ${said}.`, {
        hint: "Nothing was verified. Try again later.",
        exitCode: 2,
      });
    }
    const asked = Math.min(answer?.retryAfterSeconds ?? 0, LONGEST_WAIT_SECONDS);
    await terminal.sleep(Math.max(asked * 1_000, 250 * 2 ** attempt));
  }
}

async function fetchOnce(url: string, terminal: Pick<Terminal, "fetch">) {
  try {
    const response = await terminal.fetch(url, {
      headers: { accept: "application/json", "user-agent": "pulsekeep-cli" },
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = (await response.json().catch(() => null)) as unknown;
    const retryAfterSeconds = Number(response.headers.get("retry-after") ?? 0) || 0;
    return { status: response.status, body, retryAfterSeconds };
  } catch {
    return undefined;
  }
}

function unknownServer(server: string): CliFailure {
  return new CliFailure("no_audit_log", `${server} has no audit log that this version can read.`, {
    hint: "Is it the address of a PulseKeep server, and this program as new as the server?",
    exitCode: 2,
  });
}
