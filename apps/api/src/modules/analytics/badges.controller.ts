import { createHash } from "node:crypto";
import { Controller, Delete, Get, Header, Headers, Inject, Param, Put, Query, Res } from "@nestjs/common";
import { ApiProduces, ApiResponse } from "@nestjs/swagger";
import {
  type BadgeQuery,
  badgeQuerySchema,
  badgeSchema,
  badgeStateSchema,
} from "@pulsekeep/contracts/api/analytics";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import type { FastifyReply } from "fastify";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Public, Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { toBadgeSvg } from "./badge-svg.js";
import { BadgesService } from "./badges.service.js";

/** Long enough for a page that many read, short enough for a person who waits for the colour to change. */
const CACHED = "public, max-age=60, stale-while-revalidate=300";

@Session()
@Controller("api/v1/projects/:id/badge")
export class BadgesController {
  constructor(@Inject(BadgesService) private readonly badges: BadgesService) {}

  @Get()
  @Returns(badgeSchema)
  get(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.badges.getAddresses(caller, id);
  }

  @Put()
  @Returns(badgeSchema)
  enable(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.badges.enable(caller, id);
  }

  @Delete()
  @ReturnsNothing()
  disable(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.badges.disable(caller, id);
  }
}

/** What a README shows, to anybody who knows the badge's key. */
@Public()
@RateLimit({ name: "badges", limit: 600, windowSeconds: 60 })
@Controller("badges")
export class PublicBadgesController {
  constructor(@Inject(BadgesService) private readonly badges: BadgesService) {}

  @Get(":key.json")
  @Header("access-control-allow-origin", "*")
  @Header("cache-control", CACHED)
  @Returns(badgeStateSchema)
  getJson(@Param("key") key: string, @Query({ schema: badgeQuerySchema }) query: BadgeQuery) {
    return this.badges.getState(key, query);
  }

  @Get(":key.svg")
  @ApiProduces("image/svg+xml")
  @ApiResponse({ status: 200, schema: { type: "string" } })
  async getSvg(
    @Param("key") key: string,
    @Query({ schema: badgeQuerySchema }) query: BadgeQuery,
    @Headers("if-none-match") known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const svg = toBadgeSvg(await this.badges.getState(key, query));
    const etag = `"${createHash("sha256").update(svg).digest("base64url").slice(0, 22)}"`;
    void reply.headers({
      etag,
      "cache-control": CACHED,
      "content-security-policy": "default-src 'none'; sandbox",
    });
    void reply.type("image/svg+xml; charset=utf-8");
    if (known !== etag) return svg;
    void reply.status(304);
    return "";
  }
}
