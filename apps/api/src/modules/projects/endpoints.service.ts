import { Inject, Injectable } from "@nestjs/common";
import type { EndpointTest, EndpointUpdate, SourceUpdate } from "@pulsekeep/contracts/api/projects";
import type { Transaction } from "@pulsekeep/database";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import { actorOf } from "../audit/audit.service.js";
import { type EndpointEvent, EndpointHistoryService } from "../metrics/endpoint-history.service.js";
import { type HmacVersion, type ScrapeOutcome, ScrapeService } from "../metrics/scrape.service.js";
import { measuredUrl, refuseChange } from "./endpoint-limits.js";
import { getEndpoint, refuseFaultyEndpoint } from "./get-endpoint.js";
import { lockProject } from "./lock-project.js";
import { type EndpointRow, toEndpoint, toMetrics } from "./project-view.js";
import { NEW_BASELINE, NOW, PASSED, restingState, writeEndpoint } from "./write-endpoint.js";

type Probe = { outcome: ScrapeOutcome; hmacVersion: HmacVersion };
type Note = Pick<EndpointEvent, "kind" | "url" | "replaced" | "reason"> & { endpoint: EndpointRow };

/** The metrics endpoint of a project: a candidate becomes the active one by answering a test scrape. */
@Injectable()
export class EndpointsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(EndpointHistoryService) private readonly history: EndpointHistoryService,
    @Inject(GuardedFetch) private readonly guardedFetch: GuardedFetch,
    @Inject(ScrapeService) private readonly scrapes: ScrapeService,
  ) {}

  /**
   * Sets the candidate; what is active stays so until the candidate has passed its test.
   *
   * @throws AppError `not_found`, `ENDPOINT_INVALID_FORMAT`, and what `refuseChange` throws
   */
  async setCandidate(caller: UserCaller, projectId: string, update: EndpointUpdate): Promise<void> {
    const { url, migrateHost = false } = update;
    refuseFaultyEndpoint(this.guardedFetch, url);
    await this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const endpoint = await getEndpoint(tx, projectId);
      await refuseChange(tx, caller, { endpoint, next: { source: "endpoint", url }, migrateHost });
      const state = endpoint.state === "none" ? "pending" : endpoint.state;
      const changed = await writeEndpoint(tx, projectId, {
        candidateUrl: url,
        state,
        lastTestErrorCode: null,
      });
      await this.note(tx, caller, { endpoint: changed, kind: "candidate_updated", url });
    });
  }

  /**
   * Scrapes the candidate, or the active endpoint where there is none, and activates it when it answers.
   *
   * @throws AppError `not_found`, `ENDPOINT_TEST_FAILED` when there is nothing to test, `conflict` when the
   * endpoint was changed during the test, and what `refuseChange` throws
   */
  async testEndpoint(caller: UserCaller, projectId: string): Promise<EndpointTest> {
    const endpoint = await this.databases.inTenant(caller, (tx) => getEndpoint(tx, projectId));
    const url = endpoint.candidateUrl ?? endpoint.activeUrl;
    if (url === null) throw new AppError("ENDPOINT_TEST_FAILED", { detail: "No metrics endpoint is set" });
    if (endpoint.state === "blocked") throw new AppError("PROJECT_ENDPOINT_BLOCKED");
    const probe = await this.probe(endpoint, url);
    return this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const now = await getEndpoint(tx, projectId);
      if ((now.candidateUrl ?? now.activeUrl) !== url) throw new AppError("conflict");
      return this.recordTest(tx, caller, { endpoint: now, url, probe });
    });
  }

  /**
   * Chooses where samples come from: the active endpoint, or whoever pushes them.
   *
   * @throws AppError `not_found`, and what `refuseChange` throws
   */
  async setSource(caller: UserCaller, projectId: string, { source }: SourceUpdate): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const endpoint = await getEndpoint(tx, projectId);
      if (endpoint.source === source) return;
      const url = source === "endpoint" ? endpoint.activeUrl : null;
      const isMeasured = source === "push" || url !== null;
      const replaced = await refuseChange(tx, caller, { endpoint, next: { source, url }, migrateHost: true });
      const changed = await writeEndpoint(tx, projectId, {
        source,
        state: restingState(endpoint, isMeasured),
        nextScrapeAt: url === null ? null : NOW,
        ...(replaced === null ? {} : NEW_BASELINE),
      });
      await this.note(tx, caller, { endpoint: changed, kind: "activated", url, replaced });
    });
  }

  /** Stops measuring, and refuses deployments, until it is unblocked. @throws AppError `not_found` */
  async setBlocked(caller: UserCaller, projectId: string, isBlocked: boolean): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const endpoint = await getEndpoint(tx, projectId);
      if ((endpoint.state === "blocked") === isBlocked) return;
      const url = measuredUrl(endpoint);
      const isMeasured = endpoint.source === "push" || url !== null;
      const changed = await writeEndpoint(tx, projectId, {
        state: isBlocked ? "blocked" : restingState(endpoint, isMeasured),
        nextScrapeAt: isBlocked || url === null ? null : NOW,
      });
      await this.note(tx, caller, { endpoint: changed, kind: isBlocked ? "blocked" : "unblocked", url });
    });
  }

  /**
   * Where scrapes are signed: what the receiver offers is tried, and v3 is kept only when it was accepted. Later
   * scrapes keep to it, so that nobody between us and the receiver can talk them down; this test can.
   */
  private async probe(endpoint: EndpointRow, url: string): Promise<Probe> {
    const { hmacVersion } = endpoint;
    const ask = (version: HmacVersion) => this.scrapes.scrape({ ...endpoint, url, hmacVersion: version });
    const outcome = await ask(hmacVersion);
    const other = hmacVersion === "v2" ? "v3" : "v2";
    const isWorthAsking = hmacVersion === "v2" ? outcome.ok && outcome.offersV3 : !outcome.ok;
    if (!endpoint.hmacEnabled || !isWorthAsking) return { outcome, hmacVersion };
    const second = await ask(other);
    return second.ok ? { outcome: second, hmacVersion: other } : { outcome, hmacVersion };
  }

  private async recordTest(
    tx: Transaction,
    caller: UserCaller,
    { endpoint, url, probe }: { endpoint: EndpointRow; url: string; probe: Probe },
  ): Promise<EndpointTest> {
    const { outcome, hmacVersion } = probe;
    const { projectId } = endpoint;
    if (!outcome.ok) {
      const { reason, detail = null } = outcome;
      const failed = await writeEndpoint(tx, projectId, {
        lastTestedAt: NOW,
        lastTestErrorCode: reason,
      });
      await this.note(tx, caller, { endpoint: failed, kind: "test_failed", url, reason });
      return {
        ok: false,
        endpoint: toEndpoint(failed),
        errorCode: reason,
        errorDetail: detail,
        sample: null,
      };
    }
    const next = { source: "endpoint" as const, url };
    const replaced = await refuseChange(tx, caller, { endpoint, next, migrateHost: true });
    const activated = await writeEndpoint(tx, projectId, {
      ...PASSED,
      ...(replaced === null ? {} : NEW_BASELINE),
      source: "endpoint",
      state: "active",
      activeUrl: url,
      candidateUrl: null,
      hmacVersion,
      // Due at once, so that the baseline begins; the pace stays as it is, for a deployment may be watched.
      nextScrapeAt: NOW,
    });
    await this.note(tx, caller, { endpoint: activated, kind: "test_succeeded", url });
    await this.note(tx, caller, { endpoint: activated, kind: "activated", url, replaced });
    const sample = toMetrics(outcome.sample);
    return { ok: true, endpoint: toEndpoint(activated), errorCode: null, errorDetail: null, sample };
  }

  private async note(tx: Transaction, caller: UserCaller, { endpoint, ...event }: Note): Promise<void> {
    const { projectId, source, baselineVersion } = endpoint;
    const { workspaceId } = caller;
    const actor = actorOf(caller);
    await this.history.record(tx, { workspaceId, projectId, source, baselineVersion, actor, ...event });
  }
}
