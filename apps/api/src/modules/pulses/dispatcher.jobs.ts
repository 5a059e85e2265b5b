import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import type { Entry } from "@pulsekeep/streams";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import { wakeChannel } from "./pulses.ports.js";

type Offered = { id: string; worker_id: string; workspace_id: string; pulse_id: string | null };

/** Makes the head of each lane claimable, and wakes the worker that waits for it. */
@Injectable()
export class DispatcherJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    const handle = (entries: readonly Entry[]) => this.offerHeads(lanesOf(entries));
    this.jobs.consume({ topic: "runs.queued", role: "dispatcher", handle });
    this.jobs.consume({ topic: "lanes.freed", role: "dispatcher", handle });
  }

  /**
   * Offers the head of each lane that is queued and not in backoff. Harmless to repeat: a lane whose head is
   * offered or claimed already is left alone.
   */
  async offerHeads(laneIds: readonly string[]): Promise<void> {
    if (laneIds.length === 0) return;
    const offered = await this.databases.inEngine((tx) => offerHeadsIn(tx, laneIds));
    await this.transport.publish(
      [...new Set(offered.map(({ worker_id }) => worker_id))].map((workerId) => ({
        channel: wakeChannel(workerId),
        message: "offered",
      })),
    );
  }
}

const lanesOf = (entries: readonly Entry[]): string[] => [
  ...new Set(entries.flatMap(({ body }) => (typeof body.laneId === "string" ? [body.laneId] : []))),
];

async function offerHeadsIn(tx: Transaction, laneIds: readonly string[]): Promise<Offered[]> {
  const { rows } = await tx.execute<Offered>(
    sql`update runs r set state = 'offered', offered_at = clock_timestamp(), next_action_at = r.window_ends_at
        where r.lane_id = any(${sql.param(laneIds)}::uuid[]) and r.state = 'queued'
          and (r.attempts = 0 or r.next_action_at <= clock_timestamp())
          and not exists (select from runs o where o.lane_id = r.lane_id and o.seq < r.seq
                          and o.state in ('queued', 'offered', 'claimed'))
        returning r.id, r.worker_id, r.workspace_id, r.pulse_id`,
  );
  await enqueue(tx, ...rows.map((run) => notice(run.workspace_id, "run.changed", run.id, run.pulse_id)));
  return rows;
}
