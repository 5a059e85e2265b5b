import { Inject, Injectable } from "@nestjs/common";
import type { Handshake, ProvenWorkerFacts } from "@pulsekeep/contracts/api/proof";
import { type RunnerRecord, schema } from "@pulsekeep/database";
import { and, desc, eq, ne, sql } from "drizzle-orm";
import { Databases, type Tenant } from "../../platform/database.js";

const { workers, workerSessions } = schema;
const HANDSHAKES_SHOWN = 10;
const WORKERS_SHOWN = 50;

/** The last handshakes of a tenant's workers, as the record has them. */
@Injectable()
export class HandshakesQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  async listProven(tenant: Tenant): Promise<ProvenWorkerFacts[]> {
    return this.databases.inTenant(tenant, async (tx) => {
      const found = await tx
        .select()
        .from(workers)
        .where(ne(workers.state, "removed"))
        .orderBy(desc(workers.createdAt), desc(workers.id))
        .limit(WORKERS_SHOWN);
      const last = tx
        .select({ at: workerSessions.createdAt, runner: workerSessions.runner })
        .from(workerSessions)
        .where(eq(workerSessions.workerId, workers.id))
        .orderBy(desc(workerSessions.createdAt))
        .limit(HANDSHAKES_SHOWN)
        .as("last");
      const rows = await tx
        .select({ workerId: workers.id, at: last.at, runner: last.runner })
        .from(workers)
        .innerJoinLateral(last, sql`true`)
        .where(and(ne(workers.state, "removed")))
        .orderBy(desc(last.at));
      return found.map((worker) => ({
        id: worker.id,
        kind: worker.kind,
        way: worker.way,
        repositoryId: worker.repositoryId,
        repository: worker.repositoryFullName,
        exportsCheckpoints: worker.exportsCheckpoints,
        checkpointExportedAt: worker.checkpointExportedAt?.toISOString() ?? null,
        handshakes: rows.filter(({ workerId }) => workerId === worker.id).map(toHandshake),
      }));
    });
  }
}

const toHandshake = ({ at, runner }: { at: Date; runner: RunnerRecord | null }): Handshake => ({
  at: at.toISOString(),
  runner,
});
