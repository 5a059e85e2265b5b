import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { sql } from "drizzle-orm";
import type { FastifyRequest } from "fastify";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { Caller, PipelineCaller } from "../../http/caller.js";
import { Authenticators, type Policy } from "../../http/policy.js";
import { Databases } from "../../platform/database.js";
import { type ActionsToken, createActionsTokenVerifier } from "./actions-token.js";
import { PipelineRepositoriesService } from "./pipeline-repositories.service.js";

/** Finds out which project's pipeline a request comes from: by its API key, or by GitHub's word for its run. */
@Injectable()
export class PipelineAuthService implements OnModuleInit {
  private readonly verify: ReturnType<typeof createActionsTokenVerifier>;

  constructor(
    @Inject(ENV) env: Env,
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Authenticators) private readonly authenticators: Authenticators,
    @Inject(PipelineRepositoriesService) private readonly repositories: PipelineRepositoriesService,
  ) {
    this.verify = createActionsTokenVerifier({
      issuer: env.GITHUB_OIDC_ISSUER,
      publicUrl: env.PULSEKEEP_PUBLIC_URL,
    });
  }

  onModuleInit(): void {
    this.authenticators.register("pipeline", (request) => this.authenticate(request));
    this.authenticators.register("session_or_pipeline", (request) =>
      isPipeline(request) ? this.authenticate(request) : this.as("session", request),
    );
  }

  private async authenticate(request: FastifyRequest): Promise<Caller> {
    const token = findToken(request);
    if (request.headers["x-api-key"] === undefined && token !== undefined) return this.trust(token);
    // Clients of the wire format know a missing key as 422, everybody else as 401.
    const isWire = request.routeOptions.url?.startsWith("/deployments/");
    if (!isWire && !isPipeline(request)) throw new AppError("unauthenticated");
    return this.as("api_key", request);
  }

  private as(policy: Policy, request: FastifyRequest): Promise<Caller> {
    const authenticate = this.authenticators.find(policy);
    if (!authenticate) throw new Error(`Nobody authenticates ${policy}`);
    return authenticate(request);
  }

  /** One answer whether the token is forged, for another project, or of a repository that is not trusted. */
  private async trust(tokenPlain: string): Promise<PipelineCaller> {
    const token = await this.verify(tokenPlain);
    const trusted = token && (await this.findTrusted(token));
    if (!trusted) throw new AppError("pipeline_token_refused");
    return trusted;
  }

  private async findTrusted({ projectId, claims }: ActionsToken): Promise<PipelineCaller | undefined> {
    const { repository, repository_id: repositoryId, repository_owner_id: ownerId } = claims;
    const { rows } = await this.databases.lookups.execute<{
      id: string | null;
      workspace_id: string | null;
      is_bound: boolean;
    }>(
      sql`select id, workspace_id, is_bound
          from lookup_pipeline_repository(${projectId}, ${repositoryId}, ${ownerId}, ${repository})`,
    );
    const [row] = rows;
    if (!row?.id || !row.workspace_id) return undefined;
    const caller = {
      kind: "repository",
      repositoryId: row.id,
      projectId,
      workspaceId: row.workspace_id,
    } as const;
    if (!row.is_bound)
      return (await this.repositories.bind(caller, { repositoryId, ownerId })) ? caller : undefined;
    await this.repositories.recordUse(caller);
    return caller;
  }
}

/** The token of a run; personal tokens go by the same header, and are no JWT. */
function findToken({ headers }: FastifyRequest): string | undefined {
  return /^bearer (ey[\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headers.authorization ?? "")?.[1];
}

const isPipeline = (request: FastifyRequest): boolean =>
  request.headers["x-api-key"] !== undefined || findToken(request) !== undefined;
