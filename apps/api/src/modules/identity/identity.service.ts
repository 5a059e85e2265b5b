import { Inject, Injectable } from "@nestjs/common";
import type { Me, MeUpdate } from "@pulsekeep/contracts/api/identity";
import { localeSchema } from "@pulsekeep/contracts/api/shared";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import type { UserCaller } from "../../http/caller.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";

const { users, workspaces } = schema;

/** The signed-in person's own profile. */
@Injectable()
export class IdentityService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async getMe(caller: UserCaller): Promise<Me> {
    return this.databases.inTenant(caller, (tx) => readMe(tx, caller));
  }

  async updateMe(caller: UserCaller, update: MeUpdate): Promise<Me> {
    return this.databases.inTenant(caller, async (tx) => {
      await tx
        .update(users)
        .set({ ...update, updatedAt: this.clock.now() })
        .where(eq(users.id, caller.userId));
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "account.updated",
        actor: actorOf(caller),
        subject: { kind: "user", id: caller.userId },
        facts: { fields: Object.keys(update).join(", ") },
      });
      return readMe(tx, caller);
    });
  }
}

async function readMe(tx: Transaction, caller: UserCaller): Promise<Me> {
  const [user] = await tx
    .select({
      id: users.id,
      name: users.name,
      email: users.email,
      emailVerified: users.emailVerified,
      locale: users.locale,
      timeZone: users.timeZone,
      createdAt: users.createdAt,
    })
    .from(users)
    .where(eq(users.id, caller.userId));
  const [workspace] = await tx
    .select({ id: workspaces.id, name: workspaces.name })
    .from(workspaces)
    .where(eq(workspaces.id, caller.workspaceId));
  if (!user || !workspace) throw new AppError("not_found");
  return {
    user: {
      ...user,
      locale: localeSchema.catch("en").parse(user.locale),
      role: caller.role,
      createdAt: user.createdAt.toISOString(),
    },
    workspace,
  };
}
