import { Inject, Injectable } from "@nestjs/common";
import { signScrapeV2 } from "@pulsekeep/signing";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { type FetchRefusal, GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import { newSecret } from "../../platform/ids.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { VaultService } from "../vault/vault.service.js";
import { type MetricsRefusal, type MetricValues, parseMetrics } from "./parse-metrics.js";

const NONCE_BYTES = 16;

export type ScrapeTarget = {
  workspaceId: string;
  projectId: string;
  url: string;
  hmacEnabled: boolean;
  hmacSecretSealed: Uint8Array | null;
  /** For the whole scrape. Default 5,000. */
  timeoutMs?: number;
};

type ScrapeFailure = FetchRefusal | MetricsRefusal | "http_status" | "secret_unreadable";

export type ScrapeOutcome =
  | { ok: true; sample: MetricValues }
  | { ok: false; reason: ScrapeFailure; detail?: string };

/** Asks a metrics endpoint once, signed where the project wants it. Writes nothing. */
@Injectable()
export class ScrapeService {
  constructor(
    @Inject(GuardedFetch) private readonly guardedFetch: GuardedFetch,
    @Inject(VaultService) private readonly vault: VaultService,
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Every failure is a value with a stable reason; `detail` is the status or the metric's name, never content. */
  async scrape(target: ScrapeTarget): Promise<ScrapeOutcome> {
    const headers = await this.findHeaders(target);
    if (!headers) return { ok: false, reason: "secret_unreadable" };
    const answer = await this.guardedFetch.get(target.url, { headers, timeoutMs: target.timeoutMs });
    if (!answer.ok) return answer;
    if (answer.status !== 200) return { ok: false, reason: "http_status", detail: String(answer.status) };
    return parseMetrics(answer.body);
  }

  /** Without its secret a scrape is not sent at all: an unsigned one would look like an attack. */
  private async findHeaders(target: ScrapeTarget): Promise<Record<string, string> | undefined> {
    if (!target.hmacEnabled || !URL.canParse(target.url)) return {};
    const secret = await this.findSecret(target);
    if (secret === undefined) return undefined;
    return signScrapeV2({
      secret,
      projectId: target.projectId,
      method: "GET",
      path: new URL(target.url).pathname,
      nonce: newSecret(NONCE_BYTES),
      now: this.clock.now(),
    });
  }

  private async findSecret({
    workspaceId,
    projectId,
    hmacSecretSealed,
  }: ScrapeTarget): Promise<string | undefined> {
    if (!hmacSecretSealed) return undefined;
    const place = { table: "metric_endpoints", column: "hmac_secret_sealed", row: projectId };
    try {
      return await this.databases.inEngine(async (tx) =>
        (await this.vault.open(tx, workspaceId, place, hmacSecretSealed)).toString("utf8"),
      );
    } catch (error) {
      this.logger.error({ err: error, projectId }, "the secret of a metrics endpoint does not open");
      return undefined;
    }
  }
}
