import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Redis } from "ioredis";
import pg from "pg";

/** Where to look. What is left out is not searched. */
export type SecretPlaces = {
  /** As a role that may read every row of every table: a superuser, or `pulsekeep_backup`. */
  databaseUrl?: string;
  redisUrl?: string;
  /** Captured log lines, mails, answers: any text, by the name it is reported under. */
  texts?: Record<string, readonly string[]>;
  /** Folders, searched with everything below them. */
  folders?: readonly string[];
};

/** Says where a secret lies, and never the secret itself: `index` is its place in the list that was asked for. */
export type FoundSecret = { index: number; encoding: string; place: string };

type Needle = { index: number; encoding: string; text: string };
type Report = (place: string, content: Buffer | string) => void;

/**
 * Searches everything that outlives a request for secrets: raw, URL-encoded, as hex, and as base64 in all three
 * alignments, so that a token is found in the middle of a longer encoded text too.
 *
 * @param secretsPlain each at least 12 characters: shorter ones would be found by chance
 * @throws RangeError when a secret is too short
 */
export async function findSecrets(
  secretsPlain: readonly string[],
  places: SecretPlaces,
): Promise<FoundSecret[]> {
  const needles = secretsPlain.flatMap(encodingsOf);
  const found = new Map<string, FoundSecret>();
  const report: Report = (place, content) => {
    const text = typeof content === "string" ? content : content.toString("latin1");
    const folded = text.toLowerCase();
    for (const { index, encoding, text: needle } of needles) {
      const isThere = encoding === "hex" ? folded.includes(needle) : text.includes(needle);
      if (isThere) found.set(`${index} ${encoding} ${place}`, { index, encoding, place });
    }
  };
  if (places.databaseUrl !== undefined) await searchDatabase(places.databaseUrl, report);
  if (places.redisUrl !== undefined) await searchRedis(places.redisUrl, report);
  for (const [name, lines] of Object.entries(places.texts ?? {})) report(name, lines.join("\n"));
  for (const folder of places.folders ?? []) await searchFolder(folder, report);
  return [...found.values()];
}

function encodingsOf(secretPlain: string, index: number): Needle[] {
  if (secretPlain.length < 12)
    throw new RangeError("A secret of fewer than 12 characters is found by chance");
  const bytes = Buffer.from(secretPlain, "utf8");
  const inBase64 = (alphabet: "base64" | "base64url") =>
    [0, 1, 2].map((before) => alignedBase64(bytes, before, alphabet));
  const texts: [string, string][] = [
    ["raw", bytes.toString("latin1")],
    ["url", encodeURIComponent(secretPlain)],
    ["hex", bytes.toString("hex")],
    ...inBase64("base64").map((text): [string, string] => ["base64", text]),
    ...inBase64("base64url").map((text): [string, string] => ["base64url", text]),
  ];
  return texts.map(([encoding, text]) => ({ index, encoding, text }));
}

/** The characters that stand for these bytes alone, when `before` other bytes stand before them. */
function alignedBase64(bytes: Buffer, before: number, alphabet: "base64" | "base64url"): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes])
    .toString(alphabet)
    .replace(/=+$/, "");
  const endsWithin = (before + bytes.length) % 3 !== 0;
  return text.slice(Math.ceil((before * 4) / 3), endsWithin ? -1 : undefined);
}

/** COPY of each table, as a thief of the whole database would take it; bytes come as hex and are undone. */
async function searchDatabase(url: string, report: Report): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
         and n.nspname not like 'pg_toast%' order by 1`,
    );
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      for (const { row } of rows) {
        report(name, row);
        for (const [, hex = ""] of row.matchAll(/\\x([0-9a-f]{2,})/g)) report(name, Buffer.from(hex, "hex"));
      }
    }
  } finally {
    await client.end();
  }
}

async function searchRedis(url: string, report: Report): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 });
  await redis.connect();
  try {
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, "COUNT", 500);
      cursor = next;
      for (const key of keys) {
        report(`redis ${await redis.type(key)}`, key);
        report(`redis ${await redis.type(key)}`, JSON.stringify(await readKey(redis, key)));
      }
    } while (cursor !== "0");
  } finally {
    redis.disconnect();
  }
}

/** Every type that Redis has; one that is not known here would be left out in silence, so it throws. */
async function readKey(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case "string":
      return redis.get(key);
    case "list":
      return redis.lrange(key, 0, -1);
    case "set":
      return redis.smembers(key);
    case "zset":
      return redis.zrange(key, 0, -1, "WITHSCORES");
    case "hash":
      return redis.hgetall(key);
    case "stream":
      return [await redis.xrange(key, "-", "+"), await redis.xinfo("GROUPS", key)];
    case "none":
      return null;
    default:
      throw new Error(`Redis keys of the type ${type} are not searched yet`);
  }
}

async function searchFolder(folder: string, report: Report): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    report(file, entry.name);
    if (entry.isFile()) report(file, await readFile(file));
  }
}
