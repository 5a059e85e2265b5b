import { Inject, Injectable } from "@nestjs/common";
import type { WorkerNotice } from "@pulsekeep/contracts/api/workers";
import { schema } from "@pulsekeep/database";
import { and, asc, eq, isNull, ne, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { Databases, type Tenant } from "../../platform/database.js";

const { workerNotices, workers } = schema;

/** Roots that expire: of each worker the latest notice, while it is about the root that the worker has. */
@Injectable()
export class WorkerNoticesService {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  async listNotices(tenant: Tenant): Promise<WorkerNotice[]> {
    const rows = await this.databases.inTenant(tenant, (tx) =>
      tx
        .selectDistinctOn([workerNotices.workerId], {
          workerId: workerNotices.workerId,
          repository: workers.repositoryFullName,
          daysBefore: workerNotices.daysBefore,
          secretExpiresAt: workerNotices.secretExpiresAt,
          raisedAt: workerNotices.raisedAt,
          dismissedAt: workerNotices.dismissedAt,
        })
        .from(workerNotices)
        .innerJoin(workers, eq(workers.id, workerNotices.workerId))
        .where(and(ne(workers.state, "removed"), eq(workers.secretExpiresAt, workerNotices.secretExpiresAt)))
        .orderBy(workerNotices.workerId, asc(workerNotices.daysBefore)),
    );
    return rows.flatMap(({ dismissedAt, ...row }) =>
      dismissedAt === null
        ? [
            {
              ...row,
              secretExpiresAt: row.secretExpiresAt.toISOString(),
              raisedAt: row.raisedAt.toISOString(),
            },
          ]
        : [],
    );
  }

  /**
   * Takes a worker's notices out of sight; the next threshold raises another.
   *
   * @throws AppError `not_found`
   */
  async dismissNotices(tenant: Tenant, workerId: string): Promise<void> {
    await this.databases.inTenant(tenant, async (tx) => {
      const [worker] = await tx.select({ id: workers.id }).from(workers).where(eq(workers.id, workerId));
      if (!worker) throw new AppError("not_found");
      await tx
        .update(workerNotices)
        .set({ dismissedAt: sql`clock_timestamp()` })
        .where(and(eq(workerNotices.workerId, workerId), isNull(workerNotices.dismissedAt)));
    });
  }
}
