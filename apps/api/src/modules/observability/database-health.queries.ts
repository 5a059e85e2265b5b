import { Inject, Injectable } from "@nestjs/common";
import type { DatabaseHealth } from "@pulsekeep/contracts/api/admin";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";

/** What PostgreSQL says about itself. */
@Injectable()
export class DatabaseHealthQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  async getHealth(): Promise<DatabaseHealth> {
    const { rows } = await this.databases.admin.execute<DatabaseHealth & { sizeBytes: string }>(
      sql`select version, size_bytes as "sizeBytes", connections, max_connections as "maxConnections",
                 oldest_transaction_ms as "oldestTransactionMs" from database_health()`,
    );
    const health = rows[0];
    if (!health) throw new Error("The database says nothing about itself");
    return { ...health, sizeBytes: Number(health.sizeBytes) };
  }
}
