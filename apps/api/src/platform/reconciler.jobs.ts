import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from "@nestjs/common";
import type { NewEntry } from "@pulsekeep/streams";
import { Jobs } from "./jobs.js";
import { LOGGER, type Logger } from "./logger.js";
import { TOPICS, type Topic } from "./outbox.js";
import { type ShardMark, StreamMarks } from "./stream-marks.js";
import { TRANSPORT, type Transport } from "./transport.js";

type StreamTopic = Exclude<Topic, "notices">;

/**
 * A page of everything of a topic that is open: at most `max` entries, ascending by key, one per key, keys after
 * `after`. What it names again must be harmless to handle.
 */
export type ListOpen = (page: { after: string | undefined; max: number }) => Promise<NewEntry[]>;

const BATCH = 500;
const EVERY_MS = 1_000;

/**
 * Notices that the transport has lost entries, and emits everything open again. Each second it compares the
 * epochs of every topic's shards with what PostgreSQL remembers, so a loss shows also when it happened while no
 * process was there.
 *
 * Open work goes straight to the transport and not through the outbox: nothing is changed that it would have to
 * leave together with, and a crash in between is covered, because an epoch is remembered only after everything
 * was emitted for it.
 */
@Injectable()
export class Reconciler implements OnModuleInit, OnApplicationBootstrap {
  private readonly sources = new Map<StreamTopic, ListOpen>();
  private readonly failing = new Set<StreamTopic>();

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(StreamMarks) private readonly marks: StreamMarks,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Says where a topic's open work is found. Once per topic, while modules start. */
  register(topic: StreamTopic, listOpen: ListOpen): void {
    if (this.sources.has(topic)) throw new Error(`${topic} has two sources of open work`);
    this.sources.set(topic, listOpen);
  }

  onModuleInit(): void {
    this.jobs.every({
      name: "reconciler",
      role: "dispatcher",
      intervalMs: EVERY_MS,
      run: () => this.reconcileOnce(),
    });
  }

  onApplicationBootstrap(): void {
    for (const topic of Object.keys(TOPICS))
      if (topic !== "notices" && !this.sources.has(topic as StreamTopic))
        throw new Error(`Nothing says what is open of the topic ${topic}`);
  }

  /** Looks at every topic once. A transport that is away is looked at again in a second, without backing off. */
  async reconcileOnce(): Promise<"idle"> {
    const remembered = await this.marks.listByStream();
    for (const [topic, listOpen] of this.sources) {
      try {
        await this.reconcile(topic, remembered.get(topic) ?? [], listOpen);
        this.failing.delete(topic);
      } catch (error) {
        if (!this.failing.has(topic))
          this.logger.warn({ topic, err: error }, "cannot reconcile; trying again each second");
        this.failing.add(topic);
      }
    }
    return "idle";
  }

  private async reconcile(
    topic: StreamTopic,
    remembered: readonly (ShardMark | undefined)[],
    listOpen: ListOpen,
  ): Promise<void> {
    const epochs = await this.transport.dataEpochs(
      topic,
      remembered.map((mark) => mark?.beat),
    );
    const marks = epochs.map((epoch, shard) => ({ shard, ...epoch }));
    const known = marks.filter(({ shard, epoch }) => remembered[shard]?.epoch === epoch);
    await this.marks.recordBeats(topic, known);
    const lost = await this.marks.claimLost(
      topic,
      marks.filter((mark) => !known.includes(mark)),
    );
    if (lost.length === 0) return;
    for (const { shard } of lost)
      if (remembered[shard]?.epoch) this.logger.warn({ topic, shard }, "a shard has lost its entries");
    const emitted = await this.emitOpen(topic, lost, listOpen);
    await this.marks.recordEmitted(topic, lost);
    this.logger.info({ topic, shards: lost.length, emitted }, "open work was emitted again");
  }

  /** All of it, for whichever shard: an entry lay there by its own key, which need not be the one it is listed by. */
  private async emitOpen(
    topic: StreamTopic,
    lost: readonly ShardMark[],
    listOpen: ListOpen,
  ): Promise<number> {
    let emitted = 0;
    let after: string | undefined;
    for (;;) {
      const open = await listOpen({ after, max: BATCH });
      await this.transport.append(topic, open);
      emitted += open.length;
      if (open.length < BATCH) return emitted;
      after = open.at(-1)?.key;
      await this.marks.extendClaim(topic, lost);
    }
  }
}
