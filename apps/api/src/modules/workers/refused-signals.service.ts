import { Inject, Injectable } from "@nestjs/common";
import type { ReportRequest } from "@pulsekeep/contracts/worker-protocol";
import { Databases } from "../../platform/database.js";
import { type AuditAction, AuditService } from "../audit/audit.service.js";

const ACTIONS: Partial<Record<string, AuditAction>> = {
  signal_replayed: "signal.replay",
  signal_refused: "signal.refused",
};

/**
 * Keeps in the audit that a worker refused a signal for what it is. Our own signals are never refused so: somebody
 * stands between server and worker, whatever the run itself ended as.
 */
@Injectable()
export class RefusedSignalsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  async recordRefusal(
    worker: { workerId: string; workspaceId: string },
    { runId, signalId, result }: ReportRequest,
  ): Promise<void> {
    const action = result.outcome === "refused" ? ACTIONS[result.reason.code] : undefined;
    if (action === undefined) return;
    await this.databases.inTenant(worker, (tx) =>
      this.audit.record(tx, {
        workspaceId: worker.workspaceId,
        action,
        actor: { kind: "worker", id: worker.workerId },
        subject: { kind: "run", id: runId },
        facts: signalId === null ? {} : { signalId },
      }),
    );
  }
}
