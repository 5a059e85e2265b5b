import { hostname } from "node:os";
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from "@nestjs/common";
import type { Entry } from "@pulsekeep/streams";
import { ENV, type Env, type Role } from "../env.js";
import { newId } from "./ids.js";
import { LOGGER, type Logger } from "./logger.js";
import { Loop, type Turn } from "./loop.js";
import { TOPICS, type Topic } from "./outbox.js";
import { TRANSPORT, type Transport } from "./transport.js";

/** Work by query: `run` is called again and again, and says whether it found more to do at once. */
export type PeriodicJob = {
  name: string;
  role: Role;
  intervalMs: number;
  run: () => Promise<Turn>;
};

export type { Turn };

/** Work by stream: `handle` gets entries of one topic; what it throws on is delivered again, then dead-lettered. */
export type StreamJob = {
  topic: Exclude<Topic, "notices">;
  role: Role;
  handle: (entries: readonly Entry[]) => Promise<void>;
};

/** How a loop of this process is doing. */
export type LoopState = {
  name: string;
  role: Role;
  lastTurnAt: Date | null;
  lastFailure: string | null;
  failedTurns: number;
};

/** A loop that has not turned for so long is taken for dead. */
export const LOOP_DEAD_AFTER_MS = 60_000;
const STALE_AFTER_MS = 60_000;
const CONSUME_AT_ONCE = 500;

/**
 * What this process does beside answering requests. Modules register their jobs while they start; those whose
 * role this process has are run until shutdown. A topic without a handler keeps the process from starting.
 */
@Injectable()
export class Jobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Names this process to the transport and in heartbeats. */
  readonly consumer = `${hostname()}:${process.pid}:${newId().slice(-6)}`;
  private readonly periodic: PeriodicJob[] = [];
  private readonly streams: StreamJob[] = [];
  private readonly loops: { role: Role; loop: Loop }[] = [];
  private readonly stopping = new AbortController();

  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws Error when it would turn so seldom that it looks dead in between */
  every(job: PeriodicJob): void {
    if (job.intervalMs > LOOP_DEAD_AFTER_MS / 2)
      throw new Error(`The loop ${job.name} has to turn at least each ${LOOP_DEAD_AFTER_MS / 2_000} s`);
    this.periodic.push(job);
  }

  consume(job: StreamJob): void {
    this.streams.push(job);
  }

  /** The loops that run here. */
  heartbeats(): LoopState[] {
    return this.loops.map(({ role, loop }) => ({
      name: loop.name,
      role,
      lastTurnAt: loop.lastTurnAt,
      lastFailure: loop.lastFailure,
      failedTurns: loop.failedTurns,
    }));
  }

  /** Roles that some registered work asks for, wherever it runs: an installation needs each of them. */
  neededRoles(): Role[] {
    return [...new Set([...this.periodic, ...this.streams].map(({ role }) => role))].sort();
  }

  onApplicationBootstrap(): void {
    for (const topic of Object.keys(TOPICS))
      if (topic !== "notices" && !this.streams.some((job) => job.topic === topic))
        throw new Error(`No handler is registered for the topic ${topic}`);
    for (const job of this.periodic) if (this.has(job.role)) this.start(job);
    for (const job of this.streams)
      if (this.has(job.role)) {
        const { role, topic } = job;
        this.start({ name: `stream:${topic}`, role, intervalMs: 100, run: () => this.consumeOnce(job) });
        this.start({ name: `stale:${topic}`, role, intervalMs: 15_000, run: () => this.takeOverStale(job) });
      }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.loops.map(({ loop }) => loop.stop()));
  }

  private has(role: Role): boolean {
    return this.env.PULSEKEEP_ROLES.includes(role);
  }

  private start({ role, ...options }: PeriodicJob): void {
    const loop = new Loop({ ...options, logger: this.logger });
    this.loops.push({ role, loop });
    loop.start();
  }

  private async consumeOnce(job: StreamJob): Promise<"idle" | "more"> {
    const entries = await this.transport.consume(job.topic, {
      consumer: this.consumer,
      max: CONSUME_AT_ONCE,
      blockMs: 5_000,
      signal: this.stopping.signal,
    });
    if (entries.length === 0) return this.stopping.signal.aborted ? "idle" : "more";
    await job.handle(entries);
    await this.transport.acknowledge(entries);
    return "more";
  }

  private async takeOverStale(job: StreamJob): Promise<"idle" | "more"> {
    const { entries, poisoned } = await this.transport.claimStale(job.topic, {
      consumer: this.consumer,
      minIdleMs: STALE_AFTER_MS,
      max: 100,
    });
    for (const entry of poisoned)
      this.logger.error(
        { topic: job.topic, entryId: entry.id, key: entry.key },
        "entry moved to the dead letter",
      );
    if (entries.length === 0) return "idle";
    await job.handle(entries);
    await this.transport.acknowledge(entries);
    return "more";
  }
}
