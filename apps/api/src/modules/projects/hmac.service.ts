import { Inject, Injectable } from "@nestjs/common";
import type { HmacRotate } from "@pulsekeep/contracts/api/projects";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { newSecret } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, type AuditAction, AuditService } from "../audit/audit.service.js";
import { VaultService } from "../vault/vault.service.js";
import { getEndpoint, isAt } from "./get-endpoint.js";
import { lockProject } from "./lock-project.js";
import { type EndpointRow, secretIdOf } from "./project-view.js";

const { metricEndpoints } = schema;
const SECRET_BYTES = 32;
const isSame = (a: Buffer | null, b: Buffer | null) => (a && b ? a.equals(b) : a === b);
type SecretChange = {
  action: AuditAction;
  isOn: boolean;
  overlapSeconds: number;
  expectedSecretId?: string | undefined;
};
const NO_PREVIOUS = { hmacPreviousSealed: null, hmacPreviousUntil: null };

/** The secret that a project's scrapes are signed with; kept sealed, shown once. */
@Injectable()
export class HmacService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(VaultService) private readonly vault: VaultService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Signs scrapes from now on; returns the secret. @throws AppError `not_found`, `conflict` when it is on already */
  enable(caller: UserCaller, projectId: string): Promise<string> {
    return this.writeSecret(caller, projectId, { action: "hmac.enabled", isOn: false, overlapSeconds: 0 });
  }

  /**
   * Replaces the secret and returns it. Until the overlap ends, a scrape that the receiver refuses is signed with
   * the secret before it.
   *
   * @throws AppError `not_found`, `conflict` when signing is off, when somebody else has replaced the secret that was meant, or when
   * an overlap is asked for while one lasts: a second click would forget the only secret that the receiver has
   */
  rotate(caller: UserCaller, projectId: string, asked: HmacRotate): Promise<string> {
    const { overlapSeconds = 0, expectedSecretId } = asked;
    return this.writeSecret(caller, projectId, {
      action: "hmac.rotated",
      isOn: true,
      overlapSeconds,
      expectedSecretId,
    });
  }

  /** Scrapes are no longer signed, and the secret is forgotten. @throws AppError `not_found` */
  async disable(caller: UserCaller, projectId: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      await tx
        .update(metricEndpoints)
        .set({ hmacEnabled: false, hmacSecretSealed: null, ...NO_PREVIOUS })
        .where(isAt({ projectId, environment: "" }));
      await this.leaveTrace(tx, caller, projectId, "hmac.disabled");
    });
  }

  private async writeSecret(
    caller: UserCaller,
    projectId: string,
    { action, isOn, overlapSeconds, expectedSecretId }: SecretChange,
  ): Promise<string> {
    return this.databases.inTenant(caller, async (tx) => {
      // Read before the lock is waited for: who comes second finds another secret than the one it meant.
      const meant = await getEndpoint(tx, projectId);
      await lockProject(tx, projectId);
      const before = await getEndpoint(tx, projectId);
      const isExpected = expectedSecretId === undefined || expectedSecretId === secretIdOf(before);
      if (!isExpected || !isSame(meant.hmacSecretSealed, before.hmacSecretSealed))
        throw new AppError("conflict", { detail: "The secret was changed by somebody else" });
      if (before.hmacEnabled !== isOn)
        throw new AppError("conflict", { detail: isOn ? "Signing is off" : "Signing is on already" });
      const lastsUntil = before.hmacPreviousUntil;
      if (overlapSeconds > 0 && lastsUntil !== null && lastsUntil > this.clock.now())
        throw new AppError("conflict", {
          detail: `The secret before is accepted until ${lastsUntil.toISOString()}; rotate without an overlap to end that`,
        });
      const secretPlain = `spm_${newSecret(SECRET_BYTES)}`;
      const place = { table: "metric_endpoints", column: "hmac_secret_sealed", row: projectId };
      await tx
        .update(metricEndpoints)
        .set({
          hmacEnabled: true,
          hmacSecretSealed: isOn
            ? await this.vault.reseal(tx, caller.workspaceId, place, Buffer.from(secretPlain))
            : await this.vault.seal(tx, caller.workspaceId, place, Buffer.from(secretPlain)),
          ...(await this.previousOf(tx, before, overlapSeconds)),
        })
        .where(isAt({ projectId, environment: "" }));
      // What receivers take is found out by their next tests.
      if (!isOn)
        await tx
          .update(metricEndpoints)
          .set({ hmacVersion: "v2" })
          .where(eq(metricEndpoints.projectId, projectId));
      await this.leaveTrace(tx, caller, projectId, action);
      return secretPlain;
    });
  }

  /** A value is sealed for its column, so that the old secret is sealed anew for where it moves. */
  private async previousOf(tx: Transaction, before: EndpointRow, overlapSeconds: number) {
    const { hmacSecretSealed: sealed, workspaceId, projectId } = before;
    if (overlapSeconds === 0 || !sealed) return NO_PREVIOUS;
    const from = { table: "metric_endpoints", column: "hmac_secret_sealed", row: projectId };
    const opened = await this.vault.open(tx, workspaceId, from, sealed);
    const to = { ...from, column: "hmac_previous_sealed" };
    return {
      hmacPreviousSealed: await this.vault.reseal(tx, workspaceId, to, opened),
      hmacPreviousUntil: sql`clock_timestamp() + make_interval(secs => ${overlapSeconds})`,
    };
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
