import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { sql } from "drizzle-orm";
import type { FastifyRequest } from "fastify";
import { ENV, type Env } from "../../env.js";
import { ActionsTokens, type TokenRefusal } from "../../http/actions-tokens.js";
import { AppError } from "../../http/app-error.js";
import type { Caller, PipelineCaller } from "../../http/caller.js";
import { Authenticators, type Policy } from "../../http/policy.js";
import { Databases } from "../../platform/database.js";
import { type ActionsToken, checkActionsToken } from "./actions-token.js";
import { PipelineRepositoriesService } from "./pipeline-repositories.service.js";

/** Finds out which project's pipeline a request comes from: by its API key, or by GitHub's word for its run. */
@Injectable()
export class PipelineAuthService implements OnModuleInit {
  private readonly tokens: ActionsTokens;

  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Authenticators) private readonly authenticators: Authenticators,
    @Inject(PipelineRepositoriesService) private readonly repositories: PipelineRepositoriesService,
  ) {
    this.tokens = new ActionsTokens(env.GITHUB_OIDC_ISSUER);
  }

  onModuleInit(): void {
    this.authenticators.register("pipeline", (request) => this.authenticate(request));
    this.authenticators.register("session_or_pipeline", (request) =>
      isPipeline(request) ? this.authenticate(request) : this.as("session", request),
    );
  }

  private async authenticate(request: FastifyRequest): Promise<Caller> {
    const bearer = findBearer(request);
    if (request.headers["x-api-key"] === undefined && bearer !== undefined) return this.trust(bearer);
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

  /** Says what is wrong with the token, which its sender can read as well; never whether there is such a project. */
  private async trust(tokenPlain: string): Promise<PipelineCaller> {
    const publicUrl = this.env.PULSEKEEP_PUBLIC_URL;
    const checked = await checkActionsToken(tokenPlain, { tokens: this.tokens, publicUrl });
    if (!checked.ok) throw refused(this.describe(checked.reason));
    const trusted = await this.findTrusted(checked.token);
    if (trusted) return trusted;
    const { repository, repository_id: id } = checked.token.claims;
    throw refused(`No project of this audience trusts ${repository} (repository ${id})`);
  }

  private describe(reason: TokenRefusal): string {
    switch (reason) {
      case "audience":
        return `Ask GitHub for the audience that the project's Integration tab shows: ${this.env.PULSEKEEP_PUBLIC_URL}/projects/<project id>`;
      case "expired":
        return "The token has expired: each call asks GitHub for its own";
      case "not_issued":
        return `The token is not signed by ${this.env.GITHUB_OIDC_ISSUER}`;
      case "claims":
        return "This is no OIDC token of a GitHub Actions run";
    }
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

const refused = (detail: string): AppError => new AppError("pipeline_token_refused", { detail });

const findBearer = ({ headers }: FastifyRequest): string | undefined =>
  /^bearer (.*)$/i.exec(headers.authorization ?? "")?.[1];

/** Personal tokens go by the same header, and are no JWT. */
const isPipeline = (request: FastifyRequest): boolean =>
  request.headers["x-api-key"] !== undefined || /^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(findBearer(request) ?? "");
