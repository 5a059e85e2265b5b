import type { AuditActor, AuditService } from "../audit/audit.service.js";
import type { RecordRewrap } from "./rewrap.js";

/** Tells every workspace that its data key was wrapped anew, and from which key to which. */
export const auditRewraps =
  (audit: AuditService, actor: AuditActor): RecordRewrap =>
  async (tx, rewrapped) => {
    for (const { workspaceId, dataKeyId, from, to } of rewrapped)
      await audit.record(tx, {
        workspaceId,
        action: "data_key.rewrapped",
        actor,
        subject: { kind: "data_key", id: dataKeyId },
        facts: { from, to },
      });
  };
