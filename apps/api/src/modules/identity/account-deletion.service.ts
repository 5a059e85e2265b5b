import { Inject, Injectable } from "@nestjs/common";
import type { AccountDeletion, AccountDeletionTerms } from "@pulsekeep/contracts/api/identity";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases, sqlState } from "../../platform/database.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import { type Proof, Reauthentication } from "./reauthentication.js";

const DEADLOCK = "40P01";
const ATTEMPTS = 3;

/**
 * Deletes an account: its data key first, so that nothing sealed opens any more, then every row, in one
 * transaction with the audit entry that says so. Only that entry stays; `AccountErasureJobs` takes the others out.
 */
@Injectable()
export class AccountDeletionService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(Reauthentication) private readonly reauthentication: Reauthentication,
  ) {}

  async getTerms(caller: UserCaller, cookie: string): Promise<AccountDeletionTerms> {
    const terms = await this.reauthentication.readTerms(cookie);
    return { ...terms, repositories: await this.databases.inTenant(caller, listRepositories) };
  }

  /** @throws AppError `account_delete_confirmation_mismatch`, `password_wrong`, `sign_in_again` */
  async deleteAccount(caller: UserCaller, cookie: string, deletion: AccountDeletion): Promise<void> {
    await this.requireEmail(caller, deletion.confirmationEmail);
    const proof = await this.reauthentication.require(cookie, deletion.password);
    // Whatever works on the account's rows right now may have locked them in another order.
    for (let attempt = 1; ; attempt += 1)
      try {
        return await this.deleteOnce(caller, proof);
      } catch (error) {
        if (attempt === ATTEMPTS || sqlState(error) !== DEADLOCK) throw error;
      }
  }

  private async requireEmail(caller: UserCaller, typed: string): Promise<void> {
    const [user] = await this.databases.inTenant(caller, (tx) =>
      tx.select({ email: schema.users.email }).from(schema.users).where(eq(schema.users.id, caller.userId)),
    );
    if (user?.email.toLowerCase() !== typed.trim().toLowerCase())
      throw new AppError("account_delete_confirmation_mismatch");
  }

  private async deleteOnce(caller: UserCaller, proof: Proof): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      const counts = await countWhatGoes(tx);
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "account.deleted",
        actor: actorOf(caller),
        subject: { kind: "user", id: caller.userId },
        facts: { proof, ...counts },
      });
      await tx.execute(sql`select delete_account()`);
    });
  }
}

async function listRepositories(tx: Transaction): Promise<string[]> {
  const { rows } = await tx.execute<{ name: string }>(
    sql`select distinct repository_full_name as name from workers
        where repository_full_name is not null and state <> 'removed' order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** How much there was: the last that is known of it. */
async function countWhatGoes(tx: Transaction): Promise<Record<"workers" | "pulses" | "projects", number>> {
  const { rows } = await tx.execute<{ workers: number; pulses: number; projects: number }>(
    sql`select (select count(*)::int from workers) as workers, (select count(*)::int from pulses) as pulses,
               (select count(*)::int from projects) as projects`,
  );
  return rows[0] ?? { workers: 0, pulses: 0, projects: 0 };
}
