import { Inject, Injectable } from "@nestjs/common";
import type { Revocation } from "@pulsekeep/contracts/api/proof";
import type { AuditAction } from "@pulsekeep/contracts/audit-actions";
import type { Tenant } from "../../platform/database.js";
import { AuditQueries } from "./audit.queries.js";
import { LogQueries } from "./log.queries.js";

const SHOWN = 10;
const COUNTED = 1_000;
const REVOKED: AuditAction = "consent.token_revoked";

/** The ends of the tokens that a tenant lent us, proven to the log's latest checkpoint. */
@Injectable()
export class RevocationsQueries {
  constructor(
    @Inject(AuditQueries) private readonly entries: AuditQueries,
    @Inject(LogQueries) private readonly log: LogQueries,
  ) {}

  async listRevocations(tenant: Tenant): Promise<Revocation[]> {
    const { rows } = await this.entries.listEntries(tenant, { action: REVOKED, limit: SHOWN });
    return Promise.all(
      rows.map(async (entry) => ({ entry, proof: await this.log.getProof(tenant, entry.id) })),
    );
  }

  /** Consents that gave us a token, and how many of these tokens' ends the audit does not have. */
  async countConsents(tenant: Tenant): Promise<{ granted: number; unproven: number }> {
    const subjectsOf = async (action: AuditAction) =>
      (await this.entries.listEntries(tenant, { action, limit: COUNTED })).rows.map(
        ({ subject }) => subject.id,
      );
    const [granted, revoked] = await Promise.all([subjectsOf("consent.granted"), subjectsOf(REVOKED)]);
    const ended = new Set(revoked);
    return { granted: granted.length, unproven: granted.filter((id) => !ended.has(id)).length };
  }
}
