import { Readable } from "node:stream";
import { Controller, Get, Header, Inject, Param, Query, StreamableFile } from "@nestjs/common";
import { ApiBearerAuth, ApiProduces, ApiResponse, ApiSecurity } from "@nestjs/swagger";
import {
  type DeploymentDetail,
  type DeploymentExportQuery,
  type DeploymentFilter,
  type DeploymentListQuery,
  deploymentCountsSchema,
  deploymentDetailSchema,
  deploymentExportQuerySchema,
  deploymentFilterSchema,
  deploymentListQuerySchema,
  deploymentSamplesSchema,
  deploymentSchema,
} from "@pulsekeep/contracts/api/deployments";
import { idSchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type PipelineCaller, type UserCaller } from "../../http/caller.js";
import { Session, SessionOrPipeline } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { toCsv, toJson, toSamplesCsv } from "./deployment-export.js";
import { DeploymentSamplesQueries } from "./deployment-samples.queries.js";
import { DeploymentsQueries } from "./deployments.queries.js";

const EXPORT_BATCH = 500;

@Session()
@Controller("api/v1/deployments")
export class DeploymentsController {
  constructor(
    @Inject(DeploymentsQueries) private readonly queries: DeploymentsQueries,
    @Inject(DeploymentSamplesQueries) private readonly sampleQueries: DeploymentSamplesQueries,
  ) {}

  @Get()
  @Returns(pageSchema(deploymentSchema, "DeploymentPage"))
  list(
    @CallerOf() caller: UserCaller,
    @Query({ schema: deploymentListQuerySchema }) query: DeploymentListQuery,
  ) {
    return this.queries.listDeployments(caller, query);
  }

  @Get("counts")
  @Returns(deploymentCountsSchema)
  counts(
    @CallerOf() caller: UserCaller,
    @Query({ schema: deploymentFilterSchema }) filter: DeploymentFilter,
  ) {
    return this.queries.countDeployments(caller, filter);
  }

  @Get("export")
  @RateLimit({ name: "export", limit: 20, windowSeconds: 60 })
  @ApiProduces("text/csv", "application/json")
  @ApiResponse({ status: 200, schema: { type: "string" } })
  @Header("x-accel-buffering", "no")
  export(
    @CallerOf() caller: UserCaller,
    @Query({ schema: deploymentExportQuerySchema }) { format, ...filter }: DeploymentExportQuery,
  ): StreamableFile {
    const batches = this.queries.listInBatches(caller, filter, EXPORT_BATCH);
    const isCsv = format === "csv";
    return new StreamableFile(Readable.from(isCsv ? toCsv(batches) : toJson(batches)), {
      type: isCsv ? "text/csv; charset=utf-8" : "application/json",
      disposition: `attachment; filename="deployments.${format}"`,
    });
  }

  /** Pipelines read their own project's. */
  @Get(":id")
  @SessionOrPipeline()
  @ApiSecurity("api_key")
  @ApiBearerAuth()
  @RateLimit({ name: "deployment", limit: 3_000, windowSeconds: 60 })
  @Returns(deploymentDetailSchema)
  get(
    @CallerOf() caller: UserCaller | PipelineCaller,
    @Param("id", { schema: idSchema }) id: string,
  ): Promise<DeploymentDetail> {
    return this.queries.getDeployment(caller, id);
  }

  @Get(":id/samples")
  @Returns(deploymentSamplesSchema)
  samples(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.sampleQueries.listSamples(caller, id);
  }

  @Get(":id/samples.csv")
  @ApiProduces("text/csv")
  @ApiResponse({ status: 200, schema: { type: "string" } })
  async samplesCsv(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
  ): Promise<StreamableFile> {
    const csv = toSamplesCsv(await this.sampleQueries.listSamples(caller, id));
    return new StreamableFile(Buffer.from(csv), {
      type: "text/csv; charset=utf-8",
      disposition: `attachment; filename="samples-${id}.csv"`,
    });
  }
}
