import { Body, Controller, Delete, Get, Header, Inject, Param, Patch, Post, Query } from "@nestjs/common";
import {
  type ProjectCreate,
  type ProjectDelete,
  type ProjectUpdate,
  projectCreatedSchema,
  projectCreateSchema,
  projectDeleteSchema,
  projectSchema,
  projectUpdateSchema,
  type ApiKeyRotate,
  apiKeyRotateSchema,
  type HmacRotate,
  hmacRotateSchema,
  secretShownSchema,
} from "@pulsekeep/contracts/api/projects";
import { idSchema, type PageQuery, pageQuerySchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { ApiKeysService } from "./api-keys.service.js";
import { HmacService } from "./hmac.service.js";
import { ProjectsQueries } from "./projects.queries.js";
import { ProjectsService } from "./projects.service.js";

@Session()
@Controller("api/v1/projects")
export class ProjectsController {
  constructor(
    @Inject(ProjectsService) private readonly projects: ProjectsService,
    @Inject(ProjectsQueries) private readonly queries: ProjectsQueries,
    @Inject(ApiKeysService) private readonly apiKeys: ApiKeysService,
    @Inject(HmacService) private readonly hmac: HmacService,
  ) {}

  @Get()
  @Returns(pageSchema(projectSchema, "ProjectPage"))
  list(@CallerOf() caller: UserCaller, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.queries.listProjects(caller, query);
  }

  @Post()
  @Header("cache-control", "no-store")
  @Returns(projectCreatedSchema, 201)
  async create(@CallerOf() caller: UserCaller, @Body({ schema: projectCreateSchema }) body: ProjectCreate) {
    const { id, apiKeyPlain } = await this.projects.createProject(caller, body);
    return { project: await this.queries.getProject(caller, id), apiKeyPlain };
  }

  @Get(":id")
  @Returns(projectSchema)
  get(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.queries.getProject(caller, id);
  }

  @Patch(":id")
  @Returns(projectSchema)
  async update(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: projectUpdateSchema }) body: ProjectUpdate,
  ) {
    await this.projects.updateProject(caller, id, body);
    return this.queries.getProject(caller, id);
  }

  @Delete(":id")
  @ReturnsNothing()
  delete(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: projectDeleteSchema }) body: ProjectDelete,
  ) {
    return this.projects.deleteProject(caller, id, body.confirmationName);
  }

  @Post(":id/api-key/rotate")
  @Header("cache-control", "no-store")
  @Returns(secretShownSchema)
  async rotateApiKey(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: apiKeyRotateSchema }) asked: ApiKeyRotate,
  ) {
    return { secretPlain: await this.apiKeys.rotate(caller, id, asked) };
  }

  @Post(":id/api-key/revoke-previous")
  @Returns(projectSchema)
  async revokePreviousKeys(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    await this.apiKeys.revokePrevious(caller, id);
    return this.queries.getProject(caller, id);
  }

  @Post(":id/hmac/enable")
  @Header("cache-control", "no-store")
  @Returns(secretShownSchema)
  async enableHmac(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return { secretPlain: await this.hmac.enable(caller, id) };
  }

  @Post(":id/hmac/rotate")
  @Header("cache-control", "no-store")
  @Returns(secretShownSchema)
  async rotateHmac(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: hmacRotateSchema }) asked: HmacRotate,
  ) {
    return { secretPlain: await this.hmac.rotate(caller, id, asked) };
  }

  @Post(":id/hmac/disable")
  @Returns(projectSchema)
  async disableHmac(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    await this.hmac.disable(caller, id);
    return this.queries.getProject(caller, id);
  }
}
