import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { localeSchema } from "@pulsekeep/contracts/api/shared";
import { sql } from "drizzle-orm";
import type { FastifyRequest } from "fastify";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { refuseCrossSite } from "../../http/cross-site.js";
import { Authenticators } from "../../http/policy.js";
import { Databases } from "../../platform/database.js";
import { roleOf } from "./admin-role.js";
import { AUTH, type Auth } from "./auth.js";

/** Finds out which signed-in person a request comes from. */
@Injectable()
export class SessionService implements OnModuleInit {
  constructor(
    @Inject(AUTH) private readonly auth: Auth,
    @Inject(ENV) private readonly env: Env,
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Authenticators) private readonly authenticators: Authenticators,
  ) {}

  onModuleInit(): void {
    this.authenticators.register("session", (request) => this.authenticate(request));
    this.authenticators.register("admin", async (request) => {
      const caller = await this.authenticate(request);
      if (caller.role !== "admin") throw new AppError("not_found");
      return caller;
    });
  }

  async authenticate(request: FastifyRequest): Promise<UserCaller> {
    refuseCrossSite(request, this.env.PULSEKEEP_PUBLIC_URL);
    const found = await this.auth.api.getSession({
      headers: new Headers({ cookie: request.headers.cookie ?? "" }),
    });
    if (!found) throw new AppError("unauthenticated");
    const { rows } = await this.databases.lookups.execute<{ id: string | null }>(
      sql`select lookup_workspace(${found.user.id}) as id`,
    );
    const workspaceId = rows[0]?.id;
    if (!workspaceId) throw new Error(`User ${found.user.id} has no workspace`);
    return {
      kind: "user",
      userId: found.user.id,
      workspaceId,
      role: roleOf(found.user, this.env),
      sessionId: found.session.id,
      signedInAt: new Date(found.session.createdAt),
      locale: localeSchema.catch("en").parse(found.user.locale),
    };
  }
}
