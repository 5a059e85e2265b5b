import { RedisTransport } from "@pulsekeep/streams";
import { Redis } from "ioredis";

export const BATCH = 500;
const GROUP = "bench";

/** One stream with one consumer, the same through our package and by hand. */
export interface StreamQueue {
  append: (serials: readonly number[]) => Promise<void>;
  /** Takes up to a batch and acknowledges it. Answers the serials. */
  work: () => Promise<number[]>;
  close: () => Promise<void>;
}

export const streamQueues: Record<string, (url: string, stream: string) => StreamQueue> = {
  ours: openOurs,
  "raw-redis": openRaw,
};

function openOurs(url: string, stream: string): StreamQueue {
  const transport = new RedisTransport({ connect: () => new Redis(url) });
  return {
    append: (serials) =>
      transport.append(
        stream,
        serials.map((serial) => ({ key: keyOf(serial), body: { runId: runIdOf(serial) } })),
      ),
    work: async () => {
      const entries = await transport.consume(stream, { consumer: "bench", max: BATCH, blockMs: 1_000 });
      await transport.acknowledge(entries);
      return entries.map(({ body }) => serialOf(String(body.runId)));
    },
    close: () => transport.close(),
  };
}

function openRaw(url: string, stream: string): StreamQueue {
  const redis = new Redis(url);
  const blocking = new Redis(url);
  // A second connection to the same stream finds the group there.
  const ready = redis.xgroup("CREATE", stream, GROUP, "0", "MKSTREAM").catch((error: Error) => {
    if (!error.message.startsWith("BUSYGROUP")) throw error;
  });
  return {
    append: async (serials) => {
      await ready;
      const pipeline = redis.pipeline();
      for (const serial of serials)
        pipeline.xadd(stream, "*", "k", keyOf(serial), "b", JSON.stringify({ runId: runIdOf(serial) }));
      await pipeline.exec();
    },
    work: async () => {
      await ready;
      const reply = (await blocking.xreadgroup(
        ...(["GROUP", GROUP, "bench", "COUNT", BATCH, "BLOCK", 1_000, "STREAMS", stream, ">"] as const),
      )) as [string, [string, string[]][]][] | null;
      const entries = reply?.[0]?.[1] ?? [];
      const bodies = entries.map(([, fields]) => JSON.parse(fields[3] ?? "{}") as { runId: string });
      const ids = entries.map(([id]) => id);
      if (ids.length > 0)
        await redis
          .pipeline()
          .xack(stream, GROUP, ...ids)
          .xdel(stream, ...ids)
          .exec();
      return bodies.map(({ runId }) => serialOf(runId));
    },
    close: async () => {
      redis.disconnect();
      blocking.disconnect();
    },
  };
}

const keyOf = (serial: number): string => `lane-${serial % 997}`;
const runIdOf = (serial: number): string => `0192f3c4-0000-7000-8000-${String(serial).padStart(12, "0")}`;
const serialOf = (runId: string): number => Number(runId.slice(-12));
