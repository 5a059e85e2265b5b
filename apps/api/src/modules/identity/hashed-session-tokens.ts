import { createHash } from "node:crypto";
import type { DBAdapter, DBTransactionAdapter, Where } from "better-auth/types";

type Row = Record<string, unknown>;

const hash = (token: string): string => createHash("sha256").update(token).digest("base64url");

const hashed = (value: unknown): unknown =>
  typeof value === "string" ? hash(value) : Array.isArray(value) ? value.map(hashed) : value;

function hashWhere<T extends { model: string; where?: Where[] | undefined }>(query: T): T {
  if (query.model !== "session" || !query.where) return query;
  return {
    ...query,
    where: query.where.map((condition) =>
      condition.field === "token"
        ? { ...condition, value: hashed(condition.value) as Where["value"] }
        : condition,
    ),
  };
}

/** Gives back the token that the caller asked with: the row holds its hash only. */
function restore<T>(found: T, query: { model: string; where?: Where[] | undefined }): T {
  const asked = query.where?.find((condition) => condition.field === "token")?.value;
  if (query.model !== "session" || typeof asked !== "string" || found === null || typeof found !== "object")
    return found;
  return { ...found, token: asked };
}

/**
 * Wraps the auth library's database adapter so that sessions are stored and found by the SHA-256 of their
 * token. A copy of the table therefore opens no session.
 */
export function withHashedSessionTokens(adapter: DBAdapter): DBAdapter {
  return {
    ...adapter,
    ...hashing(adapter),
    transaction: (work) => adapter.transaction((tx) => work({ ...tx, ...hashing(tx) })),
  };
}

function hashing(inner: DBTransactionAdapter): Omit<DBTransactionAdapter, "id" | "createSchema" | "options"> {
  return {
    create: async <T extends Row, R = T>(query: Parameters<DBAdapter["create"]>[0]): Promise<R> => {
      const token = (query.data as Row).token;
      if (query.model !== "session" || typeof token !== "string") return inner.create<T, R>(query as never);
      const row = await inner.create<T, R>({
        ...query,
        data: { ...query.data, token: hash(token) },
      } as never);
      return { ...row, token };
    },
    findOne: async <T>(query: Parameters<DBAdapter["findOne"]>[0]) =>
      restore(await inner.findOne<T>(hashWhere(query)), query),
    findMany: (query) => inner.findMany(hashWhere(query)),
    count: (query) => inner.count(hashWhere(query)),
    update: async <T>(query: Parameters<DBAdapter["update"]>[0]) =>
      restore(await inner.update<T>(hashWhere(query)), query),
    updateMany: (query) => inner.updateMany(hashWhere(query)),
    delete: (query) => inner.delete(hashWhere(query)),
    deleteMany: (query) => inner.deleteMany(hashWhere(query)),
    consumeOne: async <T>(query: Parameters<DBAdapter["consumeOne"]>[0]) =>
      restore(await inner.consumeOne<T>(hashWhere(query)), query),
    incrementOne: (query) => inner.incrementOne(hashWhere(query)),
  };
}
