import type { AuditActor, AuditService } from "../audit/audit.service.js";
import type { RecordRenewal } from "./renew-data-keys.js";

/** Tells a workspace that its data key was made anew, and how many values were sealed under it. */
export const auditRenewals =
  (audit: AuditService, actor: AuditActor): RecordRenewal =>
  (tx, { workspaceId, from, to, values }) =>
    audit.record(tx, {
      workspaceId,
      action: "data_key.renewed",
      actor,
      subject: { kind: "data_key", id: to },
      facts: { from, to, values },
    });
