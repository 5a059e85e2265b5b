import { Inject, Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { newSecret } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, type AuditAction, AuditService } from "../audit/audit.service.js";
import { VaultService } from "../vault/vault.service.js";
import { lockProject } from "./lock-project.js";

const { metricEndpoints } = schema;
const SECRET_BYTES = 32;

/** The secret that a project's scrapes are signed with; kept sealed, shown once. */
@Injectable()
export class HmacService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(VaultService) private readonly vault: VaultService,
  ) {}

  /** Signs scrapes from now on; returns the secret. @throws AppError `not_found`, `conflict` when it is on already */
  enable(caller: UserCaller, projectId: string): Promise<string> {
    return this.writeSecret(caller, projectId, { action: "hmac.enabled", isOn: false });
  }

  /** Replaces the secret and returns it. @throws AppError `not_found`, `conflict` when signing is off */
  rotate(caller: UserCaller, projectId: string): Promise<string> {
    return this.writeSecret(caller, projectId, { action: "hmac.rotated", isOn: true });
  }

  /** Scrapes are no longer signed, and the secret is forgotten. @throws AppError `not_found` */
  async disable(caller: UserCaller, projectId: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      await tx
        .update(metricEndpoints)
        .set({ hmacEnabled: false, hmacSecretSealed: null })
        .where(eq(metricEndpoints.projectId, projectId));
      await this.leaveTrace(tx, caller, projectId, "hmac.disabled");
    });
  }

  private async writeSecret(
    caller: UserCaller,
    projectId: string,
    { action, isOn }: { action: AuditAction; isOn: boolean },
  ): Promise<string> {
    return this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const [before] = await tx
        .select({ hmacEnabled: metricEndpoints.hmacEnabled })
        .from(metricEndpoints)
        .where(eq(metricEndpoints.projectId, projectId));
      if (before?.hmacEnabled !== isOn)
        throw new AppError("conflict", { detail: isOn ? "Signing is off" : "Signing is on already" });
      const secretPlain = `spm_${newSecret(SECRET_BYTES)}`;
      const place = { table: "metric_endpoints", column: "hmac_secret_sealed", row: projectId };
      await tx
        .update(metricEndpoints)
        .set({
          hmacEnabled: true,
          hmacSecretSealed: await this.vault.seal(tx, caller.workspaceId, place, Buffer.from(secretPlain)),
        })
        .where(eq(metricEndpoints.projectId, projectId));
      await this.leaveTrace(tx, caller, projectId, action);
      return secretPlain;
    });
  }

  private async leaveTrace(
    tx: Transaction,
    caller: UserCaller,
    projectId: string,
    action: AuditAction,
  ): Promise<void> {
    await this.audit.record(tx, {
      workspaceId: caller.workspaceId,
      action,
      actor: actorOf(caller),
      subject: { kind: "project", id: projectId },
    });
    await enqueue(tx, notice(caller.workspaceId, "project.changed", projectId));
  }
}
