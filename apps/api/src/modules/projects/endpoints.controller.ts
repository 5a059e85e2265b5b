import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query } from "@nestjs/common";
import {
  type PrometheusUpdate,
  prometheusUpdateSchema,
  type SeriesQuery,
  seriesQuerySchema,
  seriesSchema,
} from "@pulsekeep/contracts/api/metrics";
import {
  type EndpointBlock,
  type EndpointQuery,
  type EndpointRemovalQuery,
  type EndpointUpdate,
  endpointBlockSchema,
  endpointChangeSchema,
  endpointQuerySchema,
  endpointRemovalQuerySchema,
  endpointTestSchema,
  endpointUpdateSchema,
  projectSchema,
  type SourceUpdate,
  sourceUpdateSchema,
} from "@pulsekeep/contracts/api/projects";
import { idSchema, type PageQuery, pageQuerySchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { SeriesQueries } from "../metrics/series.queries.js";
import { EndpointsService } from "./endpoints.service.js";
import { ProjectsQueries } from "./projects.queries.js";
import { PrometheusEndpointsService } from "./prometheus-endpoints.service.js";

/** Tests reach out to somebody else's server. */
const TEST_LIMIT = { name: "endpoint_test", limit: 30, windowSeconds: 60 };

/** Where a project's samples come from, and what they were. */
@Session()
@Controller("api/v1/projects/:id")
export class EndpointsController {
  constructor(
    @Inject(EndpointsService) private readonly endpoints: EndpointsService,
    @Inject(PrometheusEndpointsService) private readonly prometheus: PrometheusEndpointsService,
    @Inject(ProjectsQueries) private readonly queries: ProjectsQueries,
    @Inject(SeriesQueries) private readonly series: SeriesQueries,
  ) {}

  @Put("endpoint")
  @Returns(projectSchema)
  async setEndpoint(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: endpointUpdateSchema }) body: EndpointUpdate,
  ) {
    await this.endpoints.setCandidate(caller, id, body);
    return this.queries.getProject(caller, id);
  }

  @Post("endpoint/test")
  @RateLimit(TEST_LIMIT)
  @Returns(endpointTestSchema)
  testEndpoint(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Query({ schema: endpointQuerySchema }) query: EndpointQuery,
  ) {
    return this.endpoints.testEndpoint(caller, id, query);
  }

  @Delete("endpoint")
  @Returns(projectSchema)
  async removeEndpoint(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Query({ schema: endpointRemovalQuerySchema }) { environment }: EndpointRemovalQuery,
  ) {
    await this.endpoints.removeEndpoint(caller, id, environment);
    return this.queries.getProject(caller, id);
  }

  @Put("endpoint/block")
  @Returns(projectSchema)
  async setBlocked(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: endpointBlockSchema }) body: EndpointBlock,
  ) {
    await this.endpoints.setBlocked(caller, id, body.blocked);
    return this.queries.getProject(caller, id);
  }

  @Get("endpoint/changes")
  @Returns(pageSchema(endpointChangeSchema, "EndpointChangePage"))
  listChanges(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.queries.listEndpointChanges(caller, id, query);
  }

  @Put("source")
  @Returns(projectSchema)
  async setSource(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: sourceUpdateSchema }) body: SourceUpdate,
  ) {
    await this.endpoints.setSource(caller, id, body);
    return this.queries.getProject(caller, id);
  }

  @Post("prometheus/test")
  @RateLimit(TEST_LIMIT)
  @Returns(endpointTestSchema)
  testPrometheus(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: prometheusUpdateSchema }) body: PrometheusUpdate,
  ) {
    return this.prometheus.test(caller, id, body);
  }

  @Put("prometheus")
  @RateLimit(TEST_LIMIT)
  @Returns(endpointTestSchema)
  setPrometheus(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: prometheusUpdateSchema }) body: PrometheusUpdate,
  ) {
    return this.prometheus.activate(caller, id, body);
  }

  @Get("samples")
  @Returns(seriesSchema)
  getSeries(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Query({ schema: seriesQuerySchema }) query: SeriesQuery,
  ) {
    return this.series.getSeries(caller, id, query);
  }
}
