import { Inject, Injectable } from "@nestjs/common";
import type { EndpointTest } from "@pulsekeep/contracts/api/projects";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, type AuditAction, AuditService } from "../audit/audit.service.js";
import { type ScrapeOutcome, ScrapeService } from "../metrics/scrape.service.js";
import { lockProject } from "./lock-project.js";
import { type EndpointRow, toEndpoint, toMetrics } from "./project-view.js";

const { metricEndpoints } = schema;

/** The metrics endpoint of a project: a candidate becomes the active one by answering a test scrape. */
@Injectable()
export class EndpointsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(GuardedFetch) private readonly guardedFetch: GuardedFetch,
    @Inject(ScrapeService) private readonly scrapes: ScrapeService,
  ) {}

  /** Sets the candidate; what is active stays so until the candidate has passed its test. */
  async setCandidate(caller: UserCaller, projectId: string, url: string): Promise<void> {
    refuseFaultyEndpoint(this.guardedFetch, url);
    await this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      await tx
        .update(metricEndpoints)
        .set({
          candidateUrl: url,
          state: sql`case when ${metricEndpoints.state} = 'none' then 'pending' else ${metricEndpoints.state} end`,
          lastTestErrorCode: null,
        })
        .where(eq(metricEndpoints.projectId, projectId));
      await this.leaveTrace(tx, caller, projectId, { action: "endpoint.candidate_set", url });
    });
  }

  /**
   * Scrapes the candidate, or the active endpoint where there is none, and activates it when it answers.
   *
   * @throws AppError `not_found`, `ENDPOINT_TEST_FAILED` when there is nothing to test, `conflict` when the
   * endpoint was changed during the test
   */
  async testEndpoint(caller: UserCaller, projectId: string): Promise<EndpointTest> {
    const endpoint = await this.databases.inTenant(caller, (tx) => getEndpoint(tx, projectId));
    const url = endpoint.candidateUrl ?? endpoint.activeUrl;
    if (url === null) throw new AppError("ENDPOINT_TEST_FAILED", { detail: "No metrics endpoint is set" });
    const outcome = await this.scrapes.scrape({ ...endpoint, url });
    return this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const now = await getEndpoint(tx, projectId);
      if ((now.candidateUrl ?? now.activeUrl) !== url) throw new AppError("conflict");
      return this.recordTest(tx, caller, { projectId, url, outcome });
    });
  }

  private async recordTest(
    tx: Transaction,
    caller: UserCaller,
    { projectId, url, outcome }: { projectId: string; url: string; outcome: ScrapeOutcome },
  ): Promise<EndpointTest> {
    const [changed] = await tx
      .update(metricEndpoints)
      .set({
        lastTestedAt: sql`clock_timestamp()`,
        lastTestErrorCode: outcome.ok ? null : outcome.reason,
        // Due at once, so that the baseline begins; the pace stays as it is, for a deployment may be watched.
        ...(outcome.ok
          ? {
              state: "active" as const,
              activeUrl: url,
              candidateUrl: null,
              nextScrapeAt: sql`clock_timestamp()`,
            }
          : {}),
      })
      .where(eq(metricEndpoints.projectId, projectId))
      .returning();
    if (!changed) throw new AppError("not_found");
    await this.leaveTrace(tx, caller, projectId, {
      action: outcome.ok ? "endpoint.activated" : "endpoint.test_failed",
      url,
      facts: outcome.ok ? {} : { reason: outcome.reason },
    });
    return {
      ok: outcome.ok,
      endpoint: toEndpoint(changed),
      errorCode: outcome.ok ? null : outcome.reason,
      errorDetail: outcome.ok ? null : (outcome.detail ?? null),
      sample: outcome.ok ? toMetrics(outcome.sample) : null,
    };
  }

  private async leaveTrace(
    tx: Transaction,
    caller: UserCaller,
    projectId: string,
    { action, url, facts }: { action: AuditAction; url: string; facts?: Record<string, string> },
  ): Promise<void> {
    await this.audit.record(tx, {
      workspaceId: caller.workspaceId,
      action,
      actor: actorOf(caller),
      subject: { kind: "project", id: projectId },
      // The host alone: paths and queries of such addresses have held tokens before.
      facts: { host: new URL(url).host, ...facts },
    });
    await enqueue(tx, notice(caller.workspaceId, "project.changed", projectId));
  }
}

/** @throws AppError `not_found` */
async function getEndpoint(tx: Transaction, projectId: string): Promise<EndpointRow> {
  const [row] = await tx.select().from(metricEndpoints).where(eq(metricEndpoints.projectId, projectId));
  if (!row) throw new AppError("not_found");
  return row;
}

/** Refuses what can be refused of an address before anything is resolved. @throws AppError `ENDPOINT_INVALID_FORMAT` */
export function refuseFaultyEndpoint(guardedFetch: GuardedFetch, url: string): void {
  const fault = guardedFetch.findFault(url);
  if (fault) throw new AppError("ENDPOINT_INVALID_FORMAT", { detail: fault });
}
