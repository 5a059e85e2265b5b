import { Controller, Get, Header, Inject, Param, Res } from "@nestjs/common";
import { ApiProduces, ApiResponse } from "@nestjs/swagger";
import { updateParamsSchema } from "@pulsekeep/contracts/worker-protocol";
import type { FastifyReply } from "fastify";
import { Public } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { ReleasesService } from "./releases.service.js";

/** A release never changes under its version. */
const CACHED = "public, max-age=3600";

/** Releases of the worker, for workers and for whoever wants to check one. Their signature is what counts. */
@Public()
@RateLimit({ name: "releases", limit: 120, windowSeconds: 60 })
@Controller("v1/worker/releases")
export class ReleasesController {
  constructor(@Inject(ReleasesService) private readonly releases: ReleasesService) {}

  @Get(":version")
  @ApiProduces("text/javascript")
  @ApiResponse({ status: 200, schema: { type: "string" } })
  @Header("cache-control", CACHED)
  async getSource(
    @Param("version") version: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const { source } = await this.releases.getRelease(version);
    // As a download: nobody's browser runs it in this origin.
    void reply.headers({
      "content-type": "text/javascript; charset=utf-8",
      "content-disposition": 'attachment; filename="worker.mjs"',
    });
    return source;
  }

  @Get(":version/manifest")
  @Header("cache-control", CACHED)
  @Returns(updateParamsSchema)
  async getManifest(@Param("version") version: string) {
    return (await this.releases.getRelease(version)).params;
  }
}
