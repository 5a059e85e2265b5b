import { Inject, Injectable } from "@nestjs/common";
import { sql } from "drizzle-orm";
import { Databases } from "./database.js";

/** A shard of a stream, and what its data was when somebody looked. */
export type ShardMark = { shard: number; epoch: string; beat: number };

type MarkRow = { stream: string; shard: number; epoch: string; beat: string };

/** Who emits again must say so at least this often, or another process takes over. */
const CLAIM_SECONDS = 2;

/** What PostgreSQL remembers of the transport's data: for which of it everything open was emitted. */
@Injectable()
export class StreamMarks {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** Marks by stream, each at the place of its shard. What was never emitted for has an empty epoch, or no mark. */
  async listByStream(): Promise<Map<string, (ShardMark | undefined)[]>> {
    const { rows } = await this.databases.engine.execute<MarkRow>(
      sql`select stream, shard, epoch, beat from stream_marks`,
    );
    const byStream = new Map<string, (ShardMark | undefined)[]>();
    for (const { stream, shard, epoch, beat } of rows) {
      const marks = byStream.get(stream) ?? [];
      marks[shard] = { shard, epoch, beat: Number(beat) };
      byStream.set(stream, marks);
    }
    return byStream;
  }

  /** Remembers how far data that is already known has come. */
  async recordBeats(stream: string, marks: readonly ShardMark[]): Promise<void> {
    if (marks.length === 0) return;
    await this.databases.engine.execute(
      sql`update stream_marks m set beat = greatest(m.beat, seen.beat) from ${unnested(marks)}
          where m.stream = ${stream} and m.shard = seen.shard and m.epoch = seen.epoch`,
    );
  }

  /**
   * Takes the shards whose data is not known yet, so that one process emits for each.
   * @returns those that nobody else has taken
   */
  async claimLost(stream: string, marks: readonly ShardMark[]): Promise<ShardMark[]> {
    if (marks.length === 0) return [];
    await this.databases.engine.execute(
      sql`insert into stream_marks (stream, shard, epoch, beat)
          select ${stream}, seen.shard, '', 0 from ${unnested(marks)} on conflict do nothing`,
    );
    const { rows } = await this.databases.engine.execute<{ shard: number }>(
      sql`update stream_marks m set claimed_until = now() + make_interval(secs => ${CLAIM_SECONDS})
          from ${unnested(marks)}
          where m.stream = ${stream} and m.shard = seen.shard and m.epoch <> seen.epoch
            and (m.claimed_until is null or m.claimed_until <= now())
          returning m.shard`,
    );
    const taken = new Set(rows.map(({ shard }) => shard));
    return marks.filter(({ shard }) => taken.has(shard));
  }

  /** Says that the caller still emits for these shards. */
  async extendClaim(stream: string, marks: readonly ShardMark[]): Promise<void> {
    await this.databases.engine.execute(
      sql`update stream_marks m set claimed_until = now() + make_interval(secs => ${CLAIM_SECONDS})
          from ${unnested(marks)} where m.stream = ${stream} and m.shard = seen.shard`,
    );
  }

  /** Remembers that everything open was emitted for this data. */
  async recordEmitted(stream: string, marks: readonly ShardMark[]): Promise<void> {
    await this.databases.engine.execute(
      sql`update stream_marks m set epoch = seen.epoch, beat = seen.beat, claimed_until = null
          from ${unnested(marks)} where m.stream = ${stream} and m.shard = seen.shard`,
    );
  }
}

const unnested = (marks: readonly ShardMark[]) =>
  sql`unnest(${sql.param(marks.map(({ shard }) => shard))}::integer[],
             ${sql.param(marks.map(({ epoch }) => epoch))}::text[],
             ${sql.param(marks.map(({ beat }) => beat))}::bigint[]) as seen (shard, epoch, beat)`;
