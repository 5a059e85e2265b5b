import { Inject, Injectable } from "@nestjs/common";
import type { EndpointChange } from "@pulsekeep/contracts/api/projects";
import { schema, type Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { newId } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { type AuditAction, type AuditActor, AuditService } from "../audit/audit.service.js";

const { endpointChanges } = schema;

export type EndpointEvent = {
  workspaceId: string;
  projectId: string;
  /** Whose endpoint; '' for the project's. */
  environment?: string;
  kind: EndpointChange["kind"];
  source: EndpointChange["source"];
  /** What was tested or measured; only its host is kept: paths and queries of such addresses have held tokens. */
  url: string | null;
  replaced?: EndpointChange["replaced"];
  reason?: string | null;
  baselineVersion: number;
  actor: AuditActor;
};

const AUDITED: Record<EndpointChange["kind"], AuditAction | undefined> = {
  candidate_updated: "endpoint.candidate_set",
  // The activation that follows says it.
  test_succeeded: undefined,
  test_failed: "endpoint.test_failed",
  activated: "endpoint.activated",
  removed: "endpoint.removed",
  blocked: "endpoint.blocked",
  unblocked: "endpoint.unblocked",
};

/** The history of a project's endpoint: what people see, and what the monthly limits count. */
@Injectable()
export class EndpointHistoryService {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  /** In the transaction of the change itself. */
  async record(tx: Transaction, event: EndpointEvent): Promise<void> {
    const { workspaceId, projectId, environment = "", kind, source, baselineVersion, actor } = event;
    const host = event.url === null ? null : new URL(event.url).host;
    const [replaced, reason] = [event.replaced ?? null, event.reason ?? null];
    await tx.insert(endpointChanges).values({
      id: newId(),
      workspaceId,
      projectId,
      environment,
      kind,
      source,
      host,
      replaced,
      reason,
      baselineVersion,
      actorId: actor.id,
      createdAt: sql`clock_timestamp()`,
    });
    const action = AUDITED[kind];
    if (action === undefined) return;
    const facts = {
      source,
      ...(environment === "" ? {} : { environment }),
      ...(host === null ? {} : { host }),
      ...(reason === null ? {} : { reason }),
    };
    await this.audit.record(tx, {
      workspaceId,
      action,
      actor,
      subject: { kind: "project", id: projectId },
      facts,
    });
    await enqueue(tx, notice(workspaceId, "project.changed", projectId));
  }
}
