import { Inject, Injectable } from "@nestjs/common";
import type { PrometheusSettings, PrometheusUpdate } from "@pulsekeep/contracts/api/metrics";
import type { EndpointTest } from "@pulsekeep/contracts/api/projects";
import type { Transaction } from "@pulsekeep/database";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import { actorOf } from "../audit/audit.service.js";
import { EndpointHistoryService } from "../metrics/endpoint-history.service.js";
import { type PrometheusAnswer, PrometheusService } from "../metrics/prometheus.service.js";
import { SamplesService } from "../metrics/samples.service.js";
import { VaultService } from "../vault/vault.service.js";
import { hostLockOf, refuseChange, type Replaced } from "./endpoint-limits.js";
import { getEndpoint, refuseFaultyEndpoint } from "./get-endpoint.js";
import { lockProject, type ProjectRow } from "./lock-project.js";
import { type EndpointRow, toEndpoint, toMetrics } from "./project-view.js";
import { NEW_BASELINE, NOW, PASSED, writeEndpoint } from "./write-endpoint.js";

/** A new project's baseline begins with what Prometheus has kept. */
const BACKFILL_MS = 3_600_000;
const TEST_STEPS = 5;
const TOKEN_COLUMN = "prometheus_token_sealed";

type Asked = { settings: PrometheusSettings; tokenPlain: string | undefined; answer: PrometheusAnswer };

/** Prometheus as a project's source: settings are kept once they have brought something. */
@Injectable()
export class PrometheusEndpointsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(EndpointHistoryService) private readonly history: EndpointHistoryService,
    @Inject(GuardedFetch) private readonly guardedFetch: GuardedFetch,
    @Inject(PrometheusService) private readonly prometheus: PrometheusService,
    @Inject(SamplesService) private readonly samples: SamplesService,
    @Inject(VaultService) private readonly vault: VaultService,
  ) {}

  /** Asks once and keeps nothing. @throws AppError `not_found`, `ENDPOINT_INVALID_FORMAT` */
  async test(caller: UserCaller, projectId: string, update: PrometheusUpdate): Promise<EndpointTest> {
    const { endpoint, answer } = await this.ask(caller, projectId, update);
    return toTest(endpoint, answer);
  }

  /**
   * Asks once, and makes it the project's source when it answered.
   *
   * @throws AppError `not_found`, `ENDPOINT_INVALID_FORMAT`, and what `refuseChange` throws
   */
  async activate(caller: UserCaller, projectId: string, update: PrometheusUpdate): Promise<EndpointTest> {
    const { answer, ...asked } = await this.ask(caller, projectId, update);
    return this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const endpoint = await getEndpoint(tx, projectId);
      const url = asked.settings.baseUrl;
      const { migrateHost } = update;
      const replaced = await refuseChange(tx, caller, {
        endpoint,
        next: { source: "prometheus", url },
        migrateHost,
      });
      if (!answer.ok) return this.recordFailure(tx, caller, { endpoint, url, answer });
      const activated = await this.write(tx, caller, { ...asked, endpoint, replaced, answer });
      return toTest(activated, answer);
    });
  }

  private async ask(
    caller: UserCaller,
    projectId: string,
    update: PrometheusUpdate,
  ): Promise<Asked & { endpoint: EndpointRow }> {
    const { token, baseUrl, labels, windowSeconds, queries } = update;
    const settings = { baseUrl, labels, windowSeconds, queries };
    refuseFaultyEndpoint(this.guardedFetch, baseUrl);
    const { endpoint, project, kept } = await this.databases.inTenant(caller, async (tx) => {
      const locked = await lockProject(tx, projectId);
      const row = await getEndpoint(tx, projectId);
      return { project: locked, endpoint: row, kept: await this.findKeptToken(tx, caller, row, settings) };
    });
    const tokenPlain = token === undefined ? kept : (token ?? undefined);
    const answer = await this.prometheus.listRows(settings, {
      tokenPlain,
      range: rangeOf(project, endpoint),
    });
    return { endpoint, settings, tokenPlain, answer };
  }

  /** A kept token goes to the server that it was given for, and to no other. */
  private async findKeptToken(
    tx: Transaction,
    { workspaceId }: UserCaller,
    endpoint: EndpointRow,
    { baseUrl }: PrometheusSettings,
  ): Promise<string | undefined> {
    const { prometheusTokenSealed: sealed, prometheus, projectId } = endpoint;
    const before = prometheus as PrometheusSettings | null;
    if (!sealed || !before || new URL(before.baseUrl).origin !== new URL(baseUrl).origin) return undefined;
    const place = { table: "metric_endpoints", column: TOKEN_COLUMN, row: projectId };
    return (await this.vault.open(tx, workspaceId, place, sealed)).toString("utf8");
  }

  private async write(
    tx: Transaction,
    caller: UserCaller,
    change: Asked & {
      endpoint: EndpointRow;
      replaced: Replaced;
      answer: Extract<PrometheusAnswer, { ok: true }>;
    },
  ): Promise<EndpointRow> {
    const { endpoint, settings, tokenPlain, replaced, answer } = change;
    const { workspaceId } = caller;
    const { projectId } = endpoint;
    const place = { table: "metric_endpoints", column: TOKEN_COLUMN, row: projectId };
    const activated = await writeEndpoint(tx, endpoint, {
      ...PASSED,
      ...(replaced === null ? {} : NEW_BASELINE),
      source: "prometheus",
      state: "active",
      prometheus: settings,
      prometheusTokenSealed:
        tokenPlain === undefined
          ? null
          : await this.vault[endpoint.prometheusTokenSealed ? "reseal" : "seal"](
              tx,
              workspaceId,
              place,
              Buffer.from(tokenPlain),
            ),
      nextScrapeAt: NOW,
    });
    // Of another address' time nothing is filled in: two ways of measuring in one baseline are none.
    if (replaced === null && endpoint.lastSampleAt === null)
      await this.samples.recordHistory(tx, { projectId, workspaceId }, answer.rows);
    const event = {
      workspaceId,
      projectId,
      source: "prometheus" as const,
      url: settings.baseUrl,
      actor: actorOf(caller),
    };
    const { baselineVersion } = activated;
    await this.history.record(tx, { ...event, kind: "activated", replaced, baselineVersion });
    return activated;
  }

  private async recordFailure(
    tx: Transaction,
    caller: UserCaller,
    {
      endpoint,
      url,
      answer,
    }: { endpoint: EndpointRow; url: string; answer: Extract<PrometheusAnswer, { ok: false }> },
  ): Promise<EndpointTest> {
    const { projectId, baselineVersion } = endpoint;
    const failed = await writeEndpoint(tx, endpoint, {
      lastTestedAt: NOW,
      lastTestErrorCode: answer.reason,
    });
    await this.history.record(tx, {
      workspaceId: caller.workspaceId,
      projectId,
      kind: "test_failed",
      source: "prometheus",
      url,
      reason: answer.reason,
      baselineVersion,
      actor: actorOf(caller),
    });
    return toTest(failed, answer);
  }
}

/** For a project without samples as far back as its baseline may begin; a few steps otherwise. */
function rangeOf({ baselineSeconds }: ProjectRow, { lastSampleAt, ...endpoint }: EndpointRow) {
  const stepMs = baselineSeconds * 1_000;
  const isFirst = lastSampleAt === null && hostLockOf({ lastSampleAt, ...endpoint }) === null;
  const steps = isFirst ? Math.floor(BACKFILL_MS / stepMs) : TEST_STEPS;
  const toMs = Math.floor(Date.now() / stepMs) * stepMs;
  return { fromAt: new Date(toMs - steps * stepMs), toAt: new Date(toMs), stepSeconds: baselineSeconds };
}

function toTest(endpoint: EndpointRow, answer: PrometheusAnswer): EndpointTest {
  const newest = answer.ok ? answer.rows.at(-1)?.values : undefined;
  return {
    ok: answer.ok,
    endpoint: toEndpoint(endpoint),
    errorCode: answer.ok ? null : answer.reason,
    errorDetail: answer.ok ? null : (answer.detail ?? null),
    sample: newest === undefined ? null : toMetrics(newest),
  };
}
