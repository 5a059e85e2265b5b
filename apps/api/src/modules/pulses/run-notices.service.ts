import { Inject, Injectable } from "@nestjs/common";
import type { RunNotice, RunNoticesDismiss } from "@pulsekeep/contracts/api/pulses";
import { schema } from "@pulsekeep/database";
import { and, eq, isNull, lte, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { Databases, type Tenant } from "../../platform/database.js";

const { runNotices } = schema;

/** Takes notices out of sight. The rows stay: a notice is raised once, also after it was dismissed. */
@Injectable()
export class RunNoticesService {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** @throws AppError `not_found` */
  async dismissNotice(tenant: Tenant, runId: string, kind: RunNotice["kind"]): Promise<void> {
    const dismissed = await this.databases.inTenant(tenant, (tx) =>
      tx
        .update(runNotices)
        .set({ dismissedAt: sql`coalesce(${runNotices.dismissedAt}, clock_timestamp())` })
        .where(and(eq(runNotices.runId, runId), eq(runNotices.kind, kind)))
        .returning({ runId: runNotices.runId }),
    );
    if (dismissed.length === 0) throw new AppError("not_found");
  }

  async dismissNotices(tenant: Tenant, { raisedUntil, pulseId }: RunNoticesDismiss): Promise<void> {
    await this.databases.inTenant(tenant, (tx) =>
      tx
        .update(runNotices)
        .set({ dismissedAt: sql`clock_timestamp()` })
        .where(
          and(
            isNull(runNotices.dismissedAt),
            lte(runNotices.raisedAt, new Date(raisedUntil)),
            pulseId === undefined ? undefined : eq(runNotices.pulseId, pulseId),
          ),
        ),
    );
  }
}
