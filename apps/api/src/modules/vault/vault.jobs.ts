import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { ENV, type Env } from "../../env.js";
import { Databases } from "../../platform/database.js";
import { Jobs, type Turn } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { AuditService } from "../audit/audit.service.js";
import { type Keyring, openKeyring } from "./keyring.js";
import { KeyringQueries } from "./keyring.queries.js";
import { registerKeyring } from "./keyring-registry.js";
import { auditRewraps } from "./audit-rewraps.js";
import { retireUnusedKeys, rewrapBatch } from "./rewrap.js";
import type { RotationState } from "./rotation-schedule.js";

/** Small: each batch holds the locks of its rows, and a request that seals waits for its own. */
const BATCH = 50;
/** Processes that still have the former key as their current one may make data keys with it for this long. */
const RETIRE_AFTER_MS = 24 * 3_600_000;

/** Brings every data key under the keyring's current key, whenever that has changed. */
@Injectable()
export class VaultJobs implements OnModuleInit {
  private readonly ring: Keyring;
  private told: RotationState | undefined;

  constructor(
    @Inject(ENV) env: Env,
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(KeyringQueries) private readonly keyring: KeyringQueries,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.ring = openKeyring(env.PULSEKEEP_KEYRING);
  }

  /** @throws Error when the keyring lacks what the database needs: the process must not start */
  async onModuleInit(): Promise<void> {
    await registerKeyring(this.databases.engine, this.ring);
    this.tellRotation(await this.keyring.getRotation());
    this.jobs.every({
      name: "vault-rewrap",
      role: "scheduler",
      intervalMs: 15_000,
      run: () => this.turn(),
    });
  }

  async turn(): Promise<Turn> {
    const record = auditRewraps(this.audit, { kind: "system", id: null });
    const count = await rewrapBatch(this.databases.engine, this.ring, { size: BATCH, record });
    if (count > 0) {
      this.logger.info({ count, keyringKeyId: this.ring.currentId }, "data keys wrapped anew");
      return "more";
    }
    const retired = await retireUnusedKeys(this.databases.engine, this.ring, { idleMs: RETIRE_AFTER_MS });
    if (retired.length > 0) this.logger.info({ keyringKeyIds: retired }, "keyring keys retired");
    this.tellRotation(await this.keyring.getRotation());
    return "idle";
  }

  /** Once for each change, and at the start. */
  private tellRotation(rotation: RotationState): void {
    const last = this.told;
    this.told = rotation;
    if (rotation === last || (rotation === "ok" && last === undefined)) return;
    const level = rotation === "ok" ? "info" : rotation === "due" ? "warn" : "error";
    this.logger[level]({ keyringKeyId: this.ring.currentId, rotation }, "rotation of the keyring");
  }
}
