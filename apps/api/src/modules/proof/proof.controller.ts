import { Body, Controller, Delete, Get, Inject, Param, Post } from "@nestjs/common";
import {
  createdProofLinkSchema,
  type NewProofLink,
  newProofLinkSchema,
  proofLinksSchema,
  proofSchema,
} from "@pulsekeep/contracts/api/proof";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { ProofLinksService } from "./proof-links.service.js";
import { ProofQueries } from "./proof.queries.js";

/** A user's own proof of security, and the links to it. */
@Session()
@RateLimit({ name: "proof", limit: 60, windowSeconds: 60 })
@Controller("api/v1/proof")
export class ProofController {
  constructor(
    @Inject(ProofQueries) private readonly proofs: ProofQueries,
    @Inject(ProofLinksService) private readonly links: ProofLinksService,
  ) {}

  @Get()
  @Returns(proofSchema)
  getProof(@CallerOf() caller: UserCaller) {
    return this.proofs.getProof(caller);
  }

  @Get("links")
  @Returns(proofLinksSchema)
  async listLinks(@CallerOf() caller: UserCaller) {
    return { rows: await this.links.listLinks(caller) };
  }

  @Post("links")
  @Returns(createdProofLinkSchema, 201)
  createLink(@CallerOf() caller: UserCaller, @Body({ schema: newProofLinkSchema }) { days }: NewProofLink) {
    return this.links.createLink(caller, days);
  }

  @Delete("links/:id")
  @ReturnsNothing()
  revokeLink(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.links.revokeLink(caller, id);
  }
}
