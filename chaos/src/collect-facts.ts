import { connectRedis, RedisTransport } from "@pulsekeep/streams";
import type { Facts, NoticeFact, PulseFact, RunFact, StreamFact } from "./check/facts.ts";
import type { Place } from "./place.ts";

export type Read = Pick<
  Facts,
  "runs" | "pulseRows" | "notices" | "streams" | "outboxRows" | "createdPulses" | "deaths"
>;

/** Reads what the system says of itself, as superuser and past the proxies. */
export async function collectFacts(place: Place): Promise<Read> {
  const { postgres } = place;
  const runs = await postgres.query<RunFact>(
    `select id, worker_id as "workerId", pulse_id as "pulseId", lane_id as "laneId", state, slot, generation,
            recovers_run_id as "recoversRunId", seq::int, fence, attempts, reason, planned_at as "plannedAt", created_at as "createdAt", window_ends_at as "windowEndsAt",
            ended_at as "endedAt", next_action_at as "nextActionAt"
     from runs`,
  );
  const pulseRows = await postgres.query<PulseFact>(`select id, state, cursor_at as "cursorAt" from pulses`);
  const notices = await postgres.query<NoticeFact>(`select run_id as "runId", kind from run_notices`);
  const createdPulses = await postgres.query<{ id: string; entries: number }>(
    `select p.id, count(a.id)::int as entries from pulses p
     left join audit_entries a on a.action = 'pulse.created' and a.subject_id = p.id::text
     where p.name = 'Chaos by hand' group by p.id`,
  );
  return {
    runs,
    pulseRows,
    notices,
    createdPulses,
    streams: await inspectStreams(place),
    outboxRows: await countOutbox(place),
    deaths: place.processes.flatMap(({ name, deaths }) => deaths.map((log) => ({ process: name, log }))),
  };
}

export async function countOutbox({ postgres }: Place): Promise<number> {
  const [row] = await postgres.query<{ count: number }>("select count(*)::int as count from outbox");
  return row?.count ?? 0;
}

/** Every stream that Redis knows of, with what is left in it. */
export async function inspectStreams(place: Place): Promise<StreamFact[]> {
  const { redis } = place;
  const keys = await redis.withClient((client) => client.keys("pk:{*}"));
  const names = new Set(keys.flatMap((key) => /^pk:\{(.+):\d+\}$/.exec(key)?.[1] ?? []));
  const transport = new RedisTransport({ connect: () => connectRedis(redis.url) });
  try {
    const facts: StreamFact[] = [];
    for (const name of names) {
      const { stream, length, pending, delayed } = await transport.inspect(name);
      facts.push({
        stream,
        length,
        pending,
        delayed,
        forgotten: await countForgotten(transport, place, name),
      });
    }
    return facts;
  } finally {
    await transport.close();
  }
}

async function countForgotten(
  transport: RedisTransport,
  { postgres }: Place,
  stream: string,
): Promise<number> {
  const marks = await postgres.query<{ epoch: string }>("select epoch from stream_marks where stream = $1", [
    stream,
  ]);
  const remembered = new Set(marks.map(({ epoch }) => epoch));
  return (await transport.dataEpochs(stream)).filter(({ epoch }) => !remembered.has(epoch)).length;
}
