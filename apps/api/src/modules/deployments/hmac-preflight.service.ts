import { Inject, Injectable } from "@nestjs/common";
import { AppError } from "../../http/app-error.js";
import { Clock } from "../../platform/clock.js";
import { ScrapeService } from "../metrics/scrape.service.js";

const PASSED_FOR_MS = 120_000;

export type PreflightTarget = {
  workspaceId: string;
  projectId: string;
  activeUrl: string | null;
  hmacEnabled: boolean;
  hmacVersion: "v2" | "v3";
  hmacSecretSealed: Buffer | null;
};

/**
 * Before a deployment begins, one signed probe shows that the endpoint accepts our signature: found out only
 * afterwards, the deployment would have no samples. A probe that passed counts for two minutes.
 */
@Injectable()
export class HmacPreflightService {
  private readonly passed = new Map<string, { sealed: Buffer; untilMs: number }>();

  constructor(
    @Inject(ScrapeService) private readonly scrapes: ScrapeService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Whether the endpoint has to show it first: signing is on, and no probe of late has passed. */
  isNeeded({ hmacEnabled, activeUrl: url, hmacSecretSealed: sealed, projectId }: PreflightTarget): boolean {
    if (!hmacEnabled || url === null || sealed === null) return false;
    const kept = this.passed.get(keyOf(projectId, url));
    const isKept = kept && kept.untilMs > this.clock.now().getTime();
    return !(isKept && kept.sealed.equals(sealed));
  }

  /** @throws AppError `HMAC_PREFLIGHT_FAILED` */
  async require(target: PreflightTarget): Promise<void> {
    const { activeUrl: url, hmacSecretSealed: sealed } = target;
    if (!this.isNeeded(target) || url === null || sealed === null) return;
    const nowMs = this.clock.now().getTime();
    for (const [id, { untilMs }] of this.passed) if (untilMs <= nowMs) this.passed.delete(id);
    const outcome = await this.scrapes.scrape({ ...target, url });
    if (!outcome.ok)
      throw new AppError("HMAC_PREFLIGHT_FAILED", {
        detail: [outcome.reason, outcome.detail].filter(Boolean).join(" "),
      });
    this.passed.set(keyOf(target.projectId, url), { sealed, untilMs: nowMs + PASSED_FOR_MS });
  }
}

/** Environments of one project may be measured at addresses of their own. */
const keyOf = (projectId: string, url: string): string => `${projectId} ${url}`;
