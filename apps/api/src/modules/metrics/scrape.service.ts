import { Inject, Injectable } from "@nestjs/common";
import { offersScrapeV3, SCRAPE_VERSIONS_HEADER, signScrapeV2, signScrapeV3 } from "@pulsekeep/signing";
import { Clock } from "../../platform/clock.js";
import { type FetchRefusal, GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import { newSecret } from "../../platform/ids.js";
import { EndpointSecrets } from "./endpoint-secrets.js";
import type { MetricValues } from "./metric-values.js";
import { type MetricsRefusal, parseMetrics } from "./parse-metrics.js";

const NONCE_BYTES = 16;

export type HmacVersion = "v2" | "v3";

export type ScrapeTarget = {
  workspaceId: string;
  projectId: string;
  url: string;
  hmacEnabled: boolean;
  hmacSecretSealed: Uint8Array | null;
  /** The signature that the receiver is known to take. Default v2, which all of them take. */
  hmacVersion?: HmacVersion;
  /** The secret before the last rotation, and until when it counts. */
  hmacPreviousSealed?: Uint8Array | null;
  hmacPreviousUntil?: Date | null;
  /** For each request. Default 5,000. */
  timeoutMs?: number;
};

export type ScrapeFailure = FetchRefusal | MetricsRefusal | "http_status" | "secret_unreadable";

export type ScrapeOutcome =
  | { ok: true; sample: MetricValues; offersV3: boolean }
  | { ok: false; reason: ScrapeFailure; detail?: string };

/** Asks a metrics endpoint once, signed where the project wants it. Writes nothing. */
@Injectable()
export class ScrapeService {
  constructor(
    @Inject(GuardedFetch) private readonly guardedFetch: GuardedFetch,
    @Inject(EndpointSecrets) private readonly secrets: EndpointSecrets,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Every failure is a value with a stable reason; `detail` is the status or the metric's name, never content.
   * After a rotation the receiver may not have its new secret yet: what it refuses is signed with the old one
   * once more, until the overlap ends.
   */
  async scrape(target: ScrapeTarget): Promise<ScrapeOutcome> {
    if (!target.hmacEnabled || !URL.canParse(target.url)) return this.ask(target, {});
    const secret = await this.findSecret(target, "hmac_secret_sealed", target.hmacSecretSealed);
    // Without its secret a scrape is not sent at all: an unsigned one would look like an attack.
    if (secret === undefined) return { ok: false, reason: "secret_unreadable" };
    const outcome = await this.ask(target, this.sign(target, secret));
    if (!isRefused(outcome)) return outcome;
    const previous = await this.findPrevious(target);
    return previous === undefined ? outcome : this.ask(target, this.sign(target, previous));
  }

  private async ask(target: ScrapeTarget, headers: Record<string, string>): Promise<ScrapeOutcome> {
    const answer = await this.guardedFetch.get(target.url, { headers, timeoutMs: target.timeoutMs });
    if (!answer.ok) return answer;
    if (answer.status !== 200) return { ok: false, reason: "http_status", detail: String(answer.status) };
    const parsed = parseMetrics(answer.body, answer.headers["content-type"]);
    return parsed.ok
      ? { ...parsed, offersV3: offersScrapeV3(answer.headers[SCRAPE_VERSIONS_HEADER]) }
      : parsed;
  }

  private sign({ projectId, url, hmacVersion }: ScrapeTarget, secret: string): Record<string, string> {
    const { host, pathname, search } = new URL(url);
    const signed = { secret, projectId, method: "GET", nonce: newSecret(NONCE_BYTES), now: this.clock.now() };
    return hmacVersion === "v3"
      ? signScrapeV3({ ...signed, host, target: `${pathname}${search}` })
      : signScrapeV2({ ...signed, path: pathname });
  }

  private async findPrevious(target: ScrapeTarget): Promise<string | undefined> {
    const { hmacPreviousSealed, hmacPreviousUntil } = target;
    if (!hmacPreviousUntil || hmacPreviousUntil <= this.clock.now()) return undefined;
    return this.findSecret(target, "hmac_previous_sealed", hmacPreviousSealed ?? null);
  }

  private async findSecret(
    target: ScrapeTarget,
    column: "hmac_secret_sealed" | "hmac_previous_sealed",
    sealed: Uint8Array | null,
  ): Promise<string | undefined> {
    return sealed ? this.secrets.findSecret(target, column, sealed) : undefined;
  }
}

const isRefused = (outcome: ScrapeOutcome): boolean =>
  !outcome.ok && outcome.reason === "http_status" && (outcome.detail === "401" || outcome.detail === "403");
