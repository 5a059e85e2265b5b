import pg from "pg";
import { Arrivals, bellChannel } from "../arrivals.js";
import { encodeBody } from "../entry-body.js";
import {
  type AppendOptions,
  type ClaimStaleOptions,
  type ConsumeOptions,
  type DataEpoch,
  DEFAULT_MAX_DELIVERIES,
  type DeadLetter,
  type Entry,
  type EntryBody,
  type Hint,
  type NewEntry,
  type StaleClaim,
  type StreamState,
  type Subscription,
  type Transport,
  type TransportLimits,
} from "../transport.js";
import { encodeHint, PostgresHints } from "./postgres-hints.js";
import {
  acknowledgeStatement,
  addEpochStatement,
  appendStatement,
  claimStaleStatement,
  consumeStatement,
  deadLetterStatement,
  delayStatement,
  epochStatement,
  inspectStatement,
  listDeadLettersStatement,
  promoteStatement,
  publishStatement,
  replayStatement,
  type Statement,
  trimStatement,
} from "./statements.js";

const PROMOTE_AT_ONCE = 500;

export interface PostgresTransportOptions extends TransportLimits {
  /** Must take the role `pulsekeep_engine`; `pulsekeep_app` may publish and subscribe only. */
  connection: pg.ClientConfig;
  /** Connections for statements, one more listens. Default 4. */
  poolSize?: number;
  /** Connection errors; connections are made again by themselves. */
  onError?: (error: Error) => void;
}

interface EntryRow {
  id: string;
  key: string;
  body: EntryBody;
  deliveries: number;
}

interface DeadLetterRow extends EntryRow {
  reason: string;
  dead_at: Date;
}

interface StateRow extends Omit<StreamState, "stream" | "deadLetters" | "oldestAgeMs"> {
  dead_letters: number;
  oldest_age_ms: number | null;
}

/** The port on PostgreSQL 15 and newer, for installations without Redis. One shard: there is one server. */
export class PostgresTransport implements Transport {
  readonly shards = 1;
  private readonly pool: pg.Pool;
  private readonly hints: PostgresHints;
  private readonly arrivals: Arrivals;
  private readonly maxDeliveries: number;

  constructor({ connection, poolSize, maxDeliveries, onError }: PostgresTransportOptions) {
    const report = onError ?? (() => undefined);
    const config = { keepAlive: true, connectionTimeoutMillis: 5_000, query_timeout: 10_000, ...connection };
    this.pool = new pg.Pool({ ...config, max: poolSize ?? 4 });
    this.pool.on("error", report);
    // The pool hears of idle connections only; an unheard error of one in use would end the process.
    this.pool.on("connect", (client) => client.on("error", () => undefined));
    this.hints = new PostgresHints({
      connection: config,
      onError: report,
      onReconnect: () => this.arrivals.ringAll(),
    });
    this.arrivals = new Arrivals((channel, listener) => this.hints.subscribe(channel, listener));
    this.maxDeliveries = maxDeliveries ?? DEFAULT_MAX_DELIVERIES;
  }

  async append(stream: string, entries: readonly NewEntry[], { delayUntil }: AppendOptions = {}) {
    if (entries.length === 0) return;
    const keys = entries.map((entry) => entry.key);
    const bodies = entries.map((entry) => encodeBody(entry.body));
    if (delayUntil) {
      const dueInMs = Math.max(1, delayUntil.getTime() - Date.now());
      await this.run(delayStatement, [stream, keys, bodies, this.bellHint(stream, dueInMs), delayUntil]);
      this.arrivals.ring(stream, dueInMs);
    } else {
      await this.run(appendStatement, [stream, keys, bodies, this.bellHint(stream, 0)]);
      this.arrivals.ring(stream);
    }
  }

  async consume(stream: string, { consumer, max, blockMs = 0, signal }: ConsumeOptions): Promise<Entry[]> {
    return this.arrivals.waitFor(stream, { blockMs, signal }, async () => {
      if (this.arrivals.takePromotion(stream)) await this.promote(stream);
      return toEntries(stream, await this.run<EntryRow>(consumeStatement, [stream, max, consumer]));
    });
  }

  async acknowledge(entries: readonly Entry[]) {
    if (entries.length > 0) await this.run(acknowledgeStatement, [entries.map((entry) => entry.id)]);
  }

  async claimStale(stream: string, { consumer, minIdleMs, max }: ClaimStaleOptions): Promise<StaleClaim> {
    const reason = `delivered ${this.maxDeliveries} times without acknowledgement`;
    const rows = await this.run<EntryRow & { poisoned: boolean }>(claimStaleStatement, [
      stream,
      minIdleMs,
      max,
      consumer,
      this.maxDeliveries,
      reason,
    ]);
    return {
      entries: toEntries(
        stream,
        rows.filter((row) => !row.poisoned),
      ),
      poisoned: toEntries(
        stream,
        rows.filter((row) => row.poisoned),
      ),
    };
  }

  async deadLetter(entry: Entry, reason: string): Promise<boolean> {
    return (await this.run(deadLetterStatement, [entry.id, reason])).length > 0;
  }

  async listDeadLetters(
    stream: string,
    { max, after }: { max: number; after?: string },
  ): Promise<DeadLetter[]> {
    const rows = await this.run<DeadLetterRow>(listDeadLettersStatement, [stream, after ?? "0", max]);
    return rows.map(({ dead_at: deadAt, ...row }) => ({ ...row, stream, deadAt }));
  }

  async replay(stream: string, deadLetterId: string): Promise<boolean> {
    const values = [stream, deadLetterId, this.bellHint(stream, 0)];
    const replayed = (await this.run(replayStatement, values)).length > 0;
    if (replayed) this.arrivals.ring(stream);
    return replayed;
  }

  async trim(stream: string, { maxDeadLetters }: { maxDeadLetters: number }): Promise<number> {
    return (await this.run(trimStatement, [stream, maxDeadLetters])).length;
  }

  async inspect(stream: string): Promise<StreamState> {
    const [row] = await this.run<StateRow>(inspectStatement, [stream]);
    if (!row) throw new Error("an aggregate answers one row");
    const { dead_letters: deadLetters, oldest_age_ms: oldestAgeMs, ...state } = row;
    return { stream, ...state, deadLetters, oldestAgeMs };
  }

  /** No older copy: entries and epochs are restored with what they speak of, or come back empty. */
  async dataEpochs(stream: string): Promise<DataEpoch[]> {
    // Two statements: one alone would not see the row that another process inserts at this moment.
    await this.run(addEpochStatement, [stream]);
    return (await this.run<{ epoch: string }>(epochStatement, [stream])).map(({ epoch }) => ({
      epoch,
      beat: 0,
    }));
  }

  async publish(hints: readonly Hint[]) {
    if (hints.length === 0) return;
    const payloads = hints.map(({ channel, message }) => encodeHint(`app:${channel}`, message));
    await this.run(publishStatement, [payloads]);
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<Subscription> {
    return this.hints.subscribe(`app:${channel}`, listener);
  }

  async close() {
    this.arrivals.close();
    await this.hints.close();
    await this.pool.end();
  }

  private bellHint(stream: string, dueInMs: number): string {
    return encodeHint(bellChannel(stream), this.arrivals.bell(dueInMs));
  }

  private async promote(stream: string) {
    const [row] = await this.run<{ due_in_ms: number | null }>(promoteStatement, [stream, PROMOTE_AT_ONCE]);
    if (typeof row?.due_in_ms === "number") this.arrivals.noteNextDue(stream, row.due_in_ms);
  }

  private async run<Row extends pg.QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return (await this.pool.query<Row>({ ...statement, values })).rows;
  }
}

/** Ids are numbers below 2^53 written as text; an UPDATE answers its rows in any order. */
function toEntries(stream: string, rows: EntryRow[]): Entry[] {
  return rows
    .map(({ id, key, body, deliveries }) => ({ id, stream, key, body, deliveries }))
    .sort((a, b) => Number(a.id) - Number(b.id));
}
