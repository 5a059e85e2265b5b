import { Inject, Injectable } from "@nestjs/common";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { VaultService } from "../vault/vault.service.js";

const KEPT_MS = 60_000;
const MAX_KEPT = 10_000;

export type SecretColumn = "hmac_secret_sealed" | "hmac_previous_sealed" | "prometheus_token_sealed";

type Kept = { sealed: Uint8Array; secretPlain: string; untilMs: number };

/**
 * Opens the secrets of metrics endpoints. What was opened is kept in memory for a minute at most, and only as long
 * as the row holds the same sealed bytes: an endpoint is asked every few seconds.
 */
@Injectable()
export class EndpointSecrets {
  private readonly kept = new Map<string, Kept>();

  constructor(
    @Inject(VaultService) private readonly vault: VaultService,
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Undefined when the secret does not open. */
  async findSecret(
    { workspaceId, projectId }: { workspaceId: string; projectId: string },
    column: SecretColumn,
    sealed: Uint8Array,
  ): Promise<string | undefined> {
    const name = `${projectId} ${column}`;
    const nowMs = this.clock.now().getTime();
    const kept = this.kept.get(name);
    if (kept && kept.untilMs > nowMs && Buffer.compare(kept.sealed, sealed) === 0) return kept.secretPlain;
    try {
      const place = { table: "metric_endpoints", column, row: projectId };
      const secretPlain = await this.databases.inEngine(async (tx) =>
        (await this.vault.open(tx, workspaceId, place, sealed)).toString("utf8"),
      );
      this.keep(name, { sealed, secretPlain, untilMs: nowMs + KEPT_MS });
      return secretPlain;
    } catch (error) {
      this.logger.error({ err: error, projectId }, "the secret of a metrics endpoint does not open");
      return undefined;
    }
  }

  /** The newest last, so that the oldest make room. */
  private keep(name: string, kept: Kept): void {
    this.kept.delete(name);
    this.kept.set(name, kept);
    const [oldest] = this.kept.keys();
    if (oldest !== undefined && this.kept.size > MAX_KEPT) this.kept.delete(oldest);
  }
}
