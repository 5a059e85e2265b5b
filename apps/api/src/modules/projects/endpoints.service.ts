import { Inject, Injectable } from "@nestjs/common";
import type {
  EndpointQuery,
  EndpointTest,
  EndpointUpdate,
  SourceUpdate,
} from "@pulsekeep/contracts/api/projects";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { unknownEnvironment } from "../../http/unknown-environment.js";
import { Databases } from "../../platform/database.js";
import { GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import { actorOf } from "../audit/audit.service.js";
import { type EndpointEvent, EndpointHistoryService } from "../metrics/endpoint-history.service.js";
import { type HmacVersion, type ScrapeOutcome, ScrapeService } from "../metrics/scrape.service.js";
import { measuredUrl, refuseChange, refuseRemoval } from "./endpoint-limits.js";
import { findEndpoint, getEndpoint, isAt, refuseFaultyEndpoint } from "./get-endpoint.js";
import { lockProject, type ProjectRow } from "./lock-project.js";
import { type EndpointRow, toEndpoint, toMetrics } from "./project-view.js";
import { NEW_BASELINE, NOW, PASSED, restingState, writeEndpoint } from "./write-endpoint.js";

const { metricEndpoints } = schema;

type Probe = { outcome: ScrapeOutcome; hmacVersion: HmacVersion };
type Note = Pick<EndpointEvent, "kind" | "url" | "replaced" | "reason"> & { endpoint: EndpointRow };

/**
 * The metrics endpoints of a project, its own and those of single environments: a candidate becomes the active one by
 * answering a test scrape.
 */
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
   * @throws AppError `not_found`, `ENVIRONMENT_UNKNOWN`, `ENDPOINT_INVALID_FORMAT`, and what `refuseChange` throws
   */
  async setCandidate(caller: UserCaller, projectId: string, update: EndpointUpdate): Promise<void> {
    const { url, migrateHost = false, environment = "" } = update;
    refuseFaultyEndpoint(this.guardedFetch, url);
    await this.databases.inTenant(caller, async (tx) => {
      const project = await lockProject(tx, projectId);
      const endpoint = await takeEndpoint(tx, project, environment);
      await refuseChange(tx, caller, { endpoint, next: { source: "endpoint", url }, migrateHost });
      const state = endpoint.state === "none" ? "pending" : endpoint.state;
      const changed = await writeEndpoint(tx, endpoint, {
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
  async testEndpoint(
    caller: UserCaller,
    projectId: string,
    { environment = "" }: EndpointQuery = {},
  ): Promise<EndpointTest> {
    const place = { projectId, environment };
    const endpoint = await this.databases.inTenant(caller, (tx) => findEndpoint(tx, place));
    if (!endpoint) throw new AppError("not_found");
    const url = endpoint.candidateUrl ?? endpoint.activeUrl;
    if (url === null) throw new AppError("ENDPOINT_TEST_FAILED", { detail: "No metrics endpoint is set" });
    if (endpoint.state === "blocked") throw new AppError("PROJECT_ENDPOINT_BLOCKED");
    const probe = await this.probe(endpoint, url);
    return this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const now = await findEndpoint(tx, place);
      if (!now || (now.candidateUrl ?? now.activeUrl) !== url) throw new AppError("conflict");
      return this.recordTest(tx, caller, { endpoint: now, url, probe });
    });
  }

  /**
   * From now on the environment is measured by the project's endpoint. What it measured by itself is kept for as long
   * as all samples are.
   *
   * @throws AppError `not_found`, and what `refuseRemoval` throws
   */
  async removeEndpoint(caller: UserCaller, projectId: string, environment: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const place = { projectId, environment };
      const endpoint = await findEndpoint(tx, place);
      if (!endpoint) throw new AppError("not_found");
      const replaced = await refuseRemoval(tx, caller, endpoint);
      await tx.delete(metricEndpoints).where(isAt(place));
      await this.note(tx, caller, { endpoint, kind: "removed", url: measuredUrl(endpoint), replaced });
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
      const changed = await writeEndpoint(tx, endpoint, {
        source,
        state: restingState(endpoint, isMeasured),
        nextScrapeAt: url === null ? null : NOW,
        ...(replaced === null ? {} : NEW_BASELINE),
      });
      await this.note(tx, caller, { endpoint: changed, kind: "activated", url, replaced });
    });
  }

  /** Stops measuring everywhere, and refuses deployments, until it is unblocked. @throws AppError `not_found` */
  async setBlocked(caller: UserCaller, projectId: string, isBlocked: boolean): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const project = await getEndpoint(tx, projectId);
      if ((project.state === "blocked") === isBlocked) return;
      const all = await tx.select().from(metricEndpoints).where(eq(metricEndpoints.projectId, projectId));
      for (const endpoint of all) {
        const url = measuredUrl(endpoint);
        const isMeasured = endpoint.source === "push" || url !== null;
        await writeEndpoint(tx, endpoint, {
          state: isBlocked ? "blocked" : restingState(endpoint, isMeasured),
          nextScrapeAt: isBlocked || url === null ? null : NOW,
        });
      }
      const kind = isBlocked ? "blocked" : "unblocked";
      await this.note(tx, caller, { endpoint: project, kind, url: measuredUrl(project) });
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
    if (!outcome.ok) {
      const { reason, detail = null } = outcome;
      const failed = await writeEndpoint(tx, endpoint, {
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
    const activated = await writeEndpoint(tx, endpoint, {
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
    const { projectId, environment, source, baselineVersion } = endpoint;
    const { workspaceId } = caller;
    const actor = actorOf(caller);
    const of = { workspaceId, projectId, environment, source, baselineVersion, actor };
    await this.history.record(tx, { ...of, ...event });
  }
}

/** The endpoint that a candidate is for. An environment's first candidate makes it one, with a baseline from now on. */
async function takeEndpoint(tx: Transaction, project: ProjectRow, environment: string): Promise<EndpointRow> {
  const { id: projectId, workspaceId, environments, baselineSeconds } = project;
  if (environment === "") return getEndpoint(tx, projectId);
  if (!environments.includes(environment)) throw unknownEnvironment(environments);
  const { state } = await getEndpoint(tx, projectId);
  if (state === "blocked") throw new AppError("PROJECT_ENDPOINT_BLOCKED");
  const place = { projectId, environment };
  await tx
    .insert(metricEndpoints)
    .values({ ...place, workspaceId, intervalSeconds: baselineSeconds, baselineSince: NOW })
    .onConflictDoNothing();
  const endpoint = await findEndpoint(tx, place);
  if (!endpoint) throw new Error("An endpoint is there after it was added");
  return endpoint;
}
