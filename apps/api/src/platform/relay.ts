import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Statement } from "@pulsekeep/database";
import { Databases } from "./database.js";
import { Jobs } from "./jobs.js";
import { TRANSPORT, type Transport } from "./transport.js";

const BATCH = 1_000;

type OutboxRow = { id: string; topic: string; key: string; body: Record<string, string> };

/** $1 most rows. */
const takeOutbox: Statement = {
  name: "take_outbox",
  text: `delete from outbox where id in (select id from outbox order by id limit $1 for update skip locked)
    returning id, topic, key, body`,
};

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
    const moved = await this.databases.inEngineStatements(async (db) => {
      const rows = await db.run<OutboxRow>(takeOutbox, [BATCH]);
      if (rows.length > 0) await this.send(rows.sort((a, b) => Number(a.id) - Number(b.id)));
      return rows.length;
    });
    return moved === BATCH ? "more" : "idle";
  }

  private async send(rows: OutboxRow[]): Promise<void> {
    const { notices = [], ...topics } = Object.groupBy(rows, (row) => row.topic);
    for (const [topic, messages] of Object.entries(topics))
      if (messages) await this.transport.append(topic, messages);
    if (notices.length > 0)
      await this.transport.publish(
        notices.map(({ key, body }) => ({
          channel: "notices",
          message: JSON.stringify({ workspaceId: key, ...body }),
        })),
      );
  }
}
