import { Inject, Injectable } from "@nestjs/common";
import { prometheusSchema } from "@pulsekeep/contracts/api/metrics";
import { EndpointSecrets } from "./endpoint-secrets.js";
import type { MeasuredValues } from "./metric-values.js";
import { type PrometheusRefusal, PrometheusService } from "./prometheus.service.js";
import { type ScrapeFailure, ScrapeService, type ScrapeTarget } from "./scrape.service.js";

/** How far back Prometheus is asked for what nobody asked of it in time. */
const MAX_CATCH_UP_STEPS = 90;

/** One tick of a project, taken by one process. */
export type ClaimedScrape = Omit<ScrapeTarget, "url"> & {
  /** Whose endpoint is asked; '' for the project's. */
  environment: string;
  source: "endpoint" | "prometheus";
  url: string | null;
  prometheus: unknown;
  prometheusTokenSealed: Uint8Array | null;
  lastSampleAt: Date | null;
  /** The instant of the tick, by the database's clock. */
  at: Date;
  stepSeconds: number;
  timeoutMs: number;
};

export type Measured =
  | { ok: true; rows: { at: Date; values: MeasuredValues }[] }
  | { ok: false; reason: ScrapeFailure | PrometheusRefusal | "source_unreadable" };

/** Measures a project once, by the source that it has. Adding a source: a branch here. Writes nothing. */
@Injectable()
export class MeasureService {
  constructor(
    @Inject(ScrapeService) private readonly scrapes: ScrapeService,
    @Inject(PrometheusService) private readonly prometheus: PrometheusService,
    @Inject(EndpointSecrets) private readonly secrets: EndpointSecrets,
  ) {}

  async measure(claimed: ClaimedScrape): Promise<Measured> {
    if (claimed.source === "prometheus") return this.askPrometheus(claimed);
    const outcome = await this.scrapes.scrape({ ...claimed, url: claimed.url ?? "" });
    return outcome.ok ? { ok: true, rows: [{ at: claimed.at, values: outcome.sample }] } : outcome;
  }

  /** Prometheus remembers: ticks that went by are asked for together with this one. */
  private async askPrometheus(claimed: ClaimedScrape): Promise<Measured> {
    const settings = prometheusSchema.safeParse(claimed.prometheus);
    if (!settings.success) return { ok: false, reason: "source_unreadable" };
    const { prometheusTokenSealed: sealed, at, stepSeconds, lastSampleAt, timeoutMs } = claimed;
    const tokenPlain = sealed
      ? await this.secrets.findSecret(claimed, "prometheus_token_sealed", sealed)
      : undefined;
    if (sealed && tokenPlain === undefined) return { ok: false, reason: "secret_unreadable" };
    const stepMs = stepSeconds * 1_000;
    const behind = lastSampleAt ? Math.floor((at.getTime() - lastSampleAt.getTime()) / stepMs) - 1 : 0;
    const steps = Math.min(Math.max(behind, 0), MAX_CATCH_UP_STEPS);
    const range = { fromAt: new Date(at.getTime() - steps * stepMs), toAt: at, stepSeconds, timeoutMs };
    return this.prometheus.listRows(settings.data, { tokenPlain, range });
  }
}
