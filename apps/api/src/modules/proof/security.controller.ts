import { Controller, Get, Header, Inject, Param } from "@nestjs/common";
import { ApiProduces } from "@nestjs/swagger";
import { securitySchema, sharedProofSchema } from "@pulsekeep/contracts/api/proof";
import { z } from "zod";
import { Public } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { ProofQueries } from "./proof.queries.js";
import { SecurityQueries } from "./security.queries.js";

const tokenSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** What anybody may check, and what whoever has a link may see. */
@Public()
@RateLimit({ name: "security", limit: 120, windowSeconds: 60 })
@Controller("api/v1")
export class SecurityController {
  constructor(
    @Inject(SecurityQueries) private readonly security: SecurityQueries,
    @Inject(ProofQueries) private readonly proofs: ProofQueries,
  ) {}

  @Get("security")
  @Returns(securitySchema)
  getSecurity() {
    return this.security.getSecurity();
  }

  @Get("security/verify-proof.mjs")
  @ApiProduces("text/javascript")
  @Header("content-type", "text/javascript; charset=utf-8")
  getVerifier(): string {
    return this.security.verifier;
  }

  @Get("proof/shared/:token")
  @Header("x-robots-tag", "noindex, nofollow")
  @Returns(sharedProofSchema)
  getShared(@Param("token", { schema: tokenSchema }) token: string) {
    return this.proofs.getShared(token);
  }
}
