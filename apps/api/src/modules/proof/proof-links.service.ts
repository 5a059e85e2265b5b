import { createHash } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import type { CreatedProofLink, ProofLink } from "@pulsekeep/contracts/api/proof";
import { schema } from "@pulsekeep/database";
import { and, desc, eq, gt, sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { newId, newSecret } from "../../platform/ids.js";
import { actorOf, AuditService } from "../audit/audit.service.js";

const { proofLinks } = schema;
const TOKEN_BYTES = 32;
const MAX_LINKS = 10;
const DAY_MS = 86_400_000;

/** Links by which a user shows their proof to others, until they take them back or the time is over. */
@Injectable()
export class ProofLinksService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ENV) private readonly env: Env,
  ) {}

  async listLinks(caller: UserCaller): Promise<ProofLink[]> {
    const rows = await this.databases.inTenant(caller, (tx) =>
      tx
        .select()
        .from(proofLinks)
        .where(gt(proofLinks.expiresAt, sql`now()`))
        .orderBy(desc(proofLinks.createdAt), desc(proofLinks.id)),
    );
    return rows.map(toLink);
  }

  /** @throws AppError `conflict` when there are too many already */
  async createLink(caller: UserCaller, days: number): Promise<CreatedProofLink> {
    const token = newSecret(TOKEN_BYTES);
    const row = await this.databases.inTenant(caller, async (tx) => {
      // Two at once count one after the other.
      await tx.execute(
        sql`select pg_advisory_xact_lock(hashtextextended(${`proof ${caller.workspaceId}`}, 0))`,
      );
      const open = await tx.$count(proofLinks, gt(proofLinks.expiresAt, sql`now()`));
      if (open >= MAX_LINKS) throw new AppError("conflict");
      const [created] = await tx
        .insert(proofLinks)
        .values({
          id: newId(),
          workspaceId: caller.workspaceId,
          userId: caller.userId,
          tokenHash: hashOf(token),
          expiresAt: new Date(this.clock.now().getTime() + days * DAY_MS),
        })
        .returning();
      if (!created) throw new Error("A link was not written");
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "proof_link.created",
        actor: actorOf(caller),
        subject: { kind: "proof_link", id: created.id },
        facts: { days },
      });
      return created;
    });
    return { ...toLink(row), url: this.addressOf(token) };
  }

  /** @throws AppError `not_found` */
  async revokeLink(caller: UserCaller, id: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      const removed = await tx
        .delete(proofLinks)
        .where(and(eq(proofLinks.id, id)))
        .returning({ id: proofLinks.id });
      if (removed.length === 0) throw new AppError("not_found");
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "proof_link.revoked",
        actor: actorOf(caller),
        subject: { kind: "proof_link", id },
      });
    });
  }

  /** Which workspace a link leads to, while it does. */
  async findLink(token: string): Promise<{ workspaceId: string; expiresAt: Date } | undefined> {
    const { rows } = await this.databases.lookups.execute<{ workspace_id: string | null; expires_at: Date }>(
      sql`select workspace_id, expires_at from lookup_proof_link(${hashOf(token)})`,
    );
    const [row] = rows;
    return row?.workspace_id
      ? { workspaceId: row.workspace_id, expiresAt: new Date(row.expires_at) }
      : undefined;
  }

  addressOf(token: string): string {
    return `${this.env.PULSEKEEP_PUBLIC_URL}/proof/${token}`;
  }
}

const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();

const toLink = (row: typeof proofLinks.$inferSelect): ProofLink => ({
  id: row.id,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
});
