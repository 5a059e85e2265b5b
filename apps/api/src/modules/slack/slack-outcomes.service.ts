import { Inject, Injectable } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import { type SQL, sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { AuditService } from "../audit/audit.service.js";
import type { ClaimedDelivery } from "./claim-deliveries.js";
import type { DeliveryOutcome } from "./delivery-outcome.js";
import { switchOff } from "./switch-off.js";

/** Suppressed: nothing was tried, because by now nothing may be. */
export type Outcome = DeliveryOutcome | { kind: "suppressed"; reason: string };

/** Keeps what became of an attempt, and what follows for the project's settings. */
@Injectable()
export class SlackOutcomesService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  /**
   * @param tried the sealed address that was tried, if any was
   * @returns whether it ended all messages of the project
   */
  async record(delivery: ClaimedDelivery, outcome: Outcome, tried: Buffer | undefined): Promise<boolean> {
    return this.databases.inEngine(async (tx) => {
      const { workspaceId, projectId } = delivery;
      const follows = tried !== undefined && (await this.follow(tx, delivery, { outcome, tried }));
      await settle(tx, delivery, changeFor(outcome, follows));
      await enqueue(tx, notice(workspaceId, "project.changed", projectId));
      return follows && outcome.kind === "dead";
    });
  }

  /** Says whether anything follows for the settings; nothing does once their address is another one. */
  private async follow(
    tx: Transaction,
    delivery: ClaimedDelivery,
    { outcome, tried }: { outcome: Outcome; tried: Buffer },
  ): Promise<boolean> {
    const { projectId } = delivery;
    if (outcome.kind === "pause") return hold(tx, { projectId, tried, seconds: outcome.afterSeconds });
    if (outcome.kind !== "dead") return false;
    const { reason } = outcome;
    if (!(await switchOff(tx, { projectId, webhookUrlSealed: tried, reason }))) return false;
    await this.audit.record(tx, {
      workspaceId: delivery.workspaceId,
      action: "slack.switched_off",
      actor: { kind: "system", id: null },
      subject: { kind: "project", id: projectId },
      facts: { reason },
    });
    return true;
  }
}

function changeFor(outcome: Outcome, follows: boolean): SQL {
  switch (outcome.kind) {
    case "sent":
      return ended("sent", null);
    case "failed":
    case "suppressed":
      return ended(outcome.kind, outcome.reason);
    case "dead":
      // Otherwise the address was replaced meanwhile, and the message belongs to the new one.
      return follows ? ended("failed", outcome.reason) : later(0, outcome.reason);
    case "retry":
      return later(outcome.afterSeconds, outcome.reason);
    case "pause":
      return sql`attempts = attempts - 1, ${later(follows ? outcome.afterSeconds : 0, outcome.reason)}`;
  }
}

const later = (seconds: number, reason: string): SQL =>
  sql`reason = ${reason}, next_attempt_at = now() + make_interval(secs => ${seconds})`;

const ended = (state: "sent" | "failed" | "suppressed", reason: string | null): SQL =>
  sql`state = ${state}, reason = ${reason}, next_attempt_at = null, ended_at = now()`;

async function settle(tx: Transaction, delivery: ClaimedDelivery, change: SQL): Promise<void> {
  await tx.execute(
    sql`update slack_deliveries set ${change}
        where deployment_id = ${delivery.deploymentId} and moment = ${delivery.moment} and state = 'queued'`,
  );
}

/** Says whether the address is still the one that was tried. */
async function hold(
  tx: Transaction,
  { projectId, tried, seconds }: { projectId: string; tried: Buffer; seconds: number },
): Promise<boolean> {
  const { rows } = await tx.execute(
    sql`update slack_settings set held_until = now() + make_interval(secs => ${seconds})
        where project_id = ${projectId} and webhook_url_sealed = ${tried} returning project_id`,
  );
  return rows.length > 0;
}
