import { Inject, Injectable } from "@nestjs/common";
import type { WorkerSilenceNotice } from "@pulsekeep/contracts/api/workers";
import { schema } from "@pulsekeep/database";
import { and, desc, eq, isNull, ne, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { Databases, type Tenant } from "../../platform/database.js";

const { workers, workerSilences } = schema;

/** Holds for the silence that a worker is in: over by itself once there is a later handshake. */
export const CURRENT_SILENCE = and(
  eq(workerSilences.workerId, workers.id),
  eq(workerSilences.since, workers.lastHandshakeAt),
  ne(workers.state, "removed"),
);

/** Workers that stay away, until they are back or somebody has put the notice out of sight. */
@Injectable()
export class SilencesService {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  async listSilences(tenant: Tenant): Promise<WorkerSilenceNotice[]> {
    const rows = await this.databases.inTenant(tenant, (tx) =>
      tx
        .select({
          workerId: workers.id,
          repository: workers.repositoryFullName,
          kind: workers.kind,
          since: workerSilences.since,
          missed: workerSilences.missed,
          raisedAt: workerSilences.raisedAt,
        })
        .from(workerSilences)
        .innerJoin(workers, CURRENT_SILENCE)
        .where(isNull(workerSilences.dismissedAt))
        .orderBy(desc(workerSilences.raisedAt), workers.id)
        .limit(100),
    );
    return rows.map((row) => ({
      ...row,
      since: row.since.toISOString(),
      raisedAt: row.raisedAt.toISOString(),
    }));
  }

  /**
   * Puts a worker's silence out of sight; its next one is told again.
   *
   * @throws AppError `not_found`
   */
  async dismissSilence(tenant: Tenant, workerId: string): Promise<void> {
    await this.databases.inTenant(tenant, async (tx) => {
      const [worker] = await tx.select({ id: workers.id }).from(workers).where(eq(workers.id, workerId));
      if (!worker) throw new AppError("not_found");
      await tx
        .update(workerSilences)
        .set({ dismissedAt: sql`clock_timestamp()` })
        .where(and(eq(workerSilences.workerId, workerId), isNull(workerSilences.dismissedAt)));
    });
  }
}
