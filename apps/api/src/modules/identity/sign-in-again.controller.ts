import { Body, Controller, Get, Inject, Post, Req, Res } from "@nestjs/common";
import {
  type SignInAgain,
  signInAgainSchema,
  signInAgainTermsSchema,
} from "@pulsekeep/contracts/api/identity";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { Reauthentication } from "./reauthentication.js";

/** For who got `sign_in_again`: how they prove once more who they are. A provider's sign-in does the same. */
@Session()
@Controller("api/v1/me/sign-in-again")
export class SignInAgainController {
  constructor(@Inject(Reauthentication) private readonly reauthentication: Reauthentication) {}

  @Get()
  @Returns(signInAgainTermsSchema)
  terms(@Req() request: FastifyRequest) {
    return this.reauthentication.readWays(cookieOf(request));
  }

  /** A new session in the place of this one. A few tries: the password must not be guessed here. */
  @RateLimit({ name: "sign-in-again", limit: 5, windowSeconds: 900 })
  @Post()
  @ReturnsNothing()
  async signInAgain(
    @Req() request: FastifyRequest,
    @Body({ schema: signInAgainSchema }) { password }: SignInAgain,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const cookies = await this.reauthentication.replaceSession(
      { cookie: cookieOf(request), userAgent: request.headers["user-agent"] ?? "", ip: request.ip },
      password,
    );
    for (const cookie of cookies) reply.header("set-cookie", cookie);
  }
}

const cookieOf = (request: FastifyRequest): string => request.headers.cookie ?? "";
