import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { ENV, type Env } from "../../env.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { Jobs, type Turn } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { AuditService } from "../audit/audit.service.js";
import { auditRenewals } from "./audit-renewals.js";
import { type Keyring, openKeyring } from "./keyring.js";
import { daysAgo, forgetFormerKeys, renewDataKeys } from "./renew-data-keys.js";

/** Small: requests of the same process wait for the same database. */
const BATCH = 20;
const LOOK_EVERY_MS = 3_600_000;

/** Makes data keys anew whose time has come, with everything that they have sealed. Nobody has to ask for it. */
@Injectable()
export class DataKeyJobs implements OnModuleInit {
  private readonly ring: Keyring;
  private nextLookAt = new Date(0);
  /** Workspaces with something that does not open, until the next look. */
  private unopenable: string[] = [];

  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.ring = openKeyring(env.PULSEKEEP_KEYRING);
  }

  onModuleInit(): void {
    this.jobs.every({
      name: "data-key-renewal",
      role: "scheduler",
      intervalMs: 15_000,
      run: () => this.turn(),
    });
  }

  /** Looks once an hour, and goes on at once for as long as there is more; what somebody held, soon again. */
  async turn(): Promise<Turn> {
    const now = this.clock.now();
    if (now < this.nextLookAt) return "idle";
    const db = this.databases.engine;
    const { renewed, busy, failed } = await renewDataKeys(db, {
      ring: this.ring,
      madeBefore: await daysAgo(db, this.env.PULSEKEEP_DATA_KEY_DAYS),
      size: BATCH,
      except: this.unopenable,
      record: auditRenewals(this.audit, { kind: "system", id: null }),
    });
    if (renewed > 0) this.logger.info({ count: renewed }, "data keys made anew");
    for (const { workspaceId, reason } of failed)
      this.logger.error({ workspaceId, reason }, "a data key cannot be made anew");
    this.unopenable.push(...failed.map(({ workspaceId }) => workspaceId));
    if (renewed > 0 || failed.length > 0) return "more";
    if (busy.length > 0) return "idle";
    await forgetFormerKeys(db);
    this.unopenable = [];
    this.nextLookAt = new Date(now.getTime() + LOOK_EVERY_MS);
    return "idle";
  }
}
