import { Inject, Injectable } from "@nestjs/common";
import { schema } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { Databases, type Tenant } from "../../platform/database.js";
import { AuditService } from "../audit/audit.service.js";
import { WorkerRootsService } from "./worker-roots.service.js";

const { provisionings, workers, workerSessions } = schema;

/** Binds a worker to another repository, once that one holds its secrets. */
@Injectable()
export class MovesService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(WorkerRootsService) private readonly roots: WorkerRootsService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  /**
   * From here on only the new repository passes: the old one's root is shredded and its sessions end. Its pulses
   * go on in the new one once that has proven itself.
   */
  async moveToTarget(tenant: Tenant & { userId: string }, provisioningId: string): Promise<void> {
    await this.databases.inTenant(tenant, async (tx) => {
      const [row] = await tx.select().from(provisionings).where(eq(provisionings.id, provisioningId));
      if (!row?.target) throw new Error(`Provisioning ${provisioningId} has no target`);
      const [worker] = await tx.select().from(workers).where(eq(workers.id, row.workerId)).for("update");
      if (!worker || worker.state === "removed") throw new Error(`Worker ${row.workerId} was removed`);
      const actor = { kind: "user", id: tenant.userId } as const;
      await this.roots.promoteNext(tx, worker, { actor, overlaps: false });
      await tx
        .update(workers)
        .set({ ...row.target, state: "verifying" })
        .where(eq(workers.id, worker.id));
      await tx.delete(workerSessions).where(eq(workerSessions.workerId, worker.id));
      // A second attempt, after the first one moved it.
      if (worker.repositoryId === row.target.repositoryId) return;
      await this.audit.record(tx, {
        workspaceId: worker.workspaceId,
        action: "worker.moved",
        actor,
        subject: { kind: "worker", id: worker.id },
        facts: {
          from: worker.repositoryFullName,
          to: row.target.repositoryFullName,
          fromRepositoryId: worker.repositoryId,
          toRepositoryId: row.target.repositoryId,
        },
      });
    });
  }
}
