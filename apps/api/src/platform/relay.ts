import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { sql } from "drizzle-orm";
import { Databases } from "./database.js";
import { Jobs } from "./jobs.js";
import { TRANSPORT, type Transport } from "./transport.js";

const BATCH = 500;

type OutboxRow = { id: string; topic: string; key: string; body: Record<string, string> };

/**
 * Carries committed outbox rows to the transport. Rows are deleted in the transaction that appended them, so a
 * crash in between sends them again: consumers expect at-least-once.
 */
@Injectable()
export class Relay implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every({ name: "relay", role: "dispatcher", intervalMs: 50, run: () => this.relayOnce() });
  }

  /** Moves one batch; "more" when the outbox may hold further rows. */
  async relayOnce(): Promise<"idle" | "more"> {
    const moved = await this.databases.inEngine(async (tx) => {
      const { rows } = await tx.execute<OutboxRow>(
        sql`delete from outbox where id in (select id from outbox order by id limit ${BATCH} for update skip locked)
            returning id, topic, key, body`,
      );
      rows.sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
      await this.send(rows);
      return rows.length;
    });
    return moved === BATCH ? "more" : "idle";
  }

  private async send(rows: OutboxRow[]): Promise<void> {
    const notices = rows.filter((row) => row.topic === "notices");
    const byTopic = Map.groupBy(
      rows.filter((row) => row.topic !== "notices"),
      (row) => row.topic,
    );
    for (const [topic, messages] of byTopic) await this.transport.append(topic, messages);
    if (notices.length > 0)
      await this.transport.publish(
        notices.map(({ key, body }) => ({
          channel: "notices",
          message: JSON.stringify({ workspaceId: key, ...body }),
        })),
      );
  }
}
