import { Body, Controller, Delete, Get, Inject, Req, Res } from "@nestjs/common";
import {
  type AccountDeletion,
  accountDeletionSchema,
  accountDeletionTermsSchema,
} from "@pulsekeep/contracts/api/identity";
import type { FastifyReply, FastifyRequest } from "fastify";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { AccountDeletionService } from "./account-deletion.service.js";
import { AUTH, type Auth } from "./auth.js";

@Session()
@Controller("api/v1/me")
export class AccountDeletionController {
  constructor(
    @Inject(AccountDeletionService) private readonly deletion: AccountDeletionService,
    @Inject(AUTH) private readonly auth: Auth,
  ) {}

  @Get("deletion")
  @Returns(accountDeletionTermsSchema)
  terms(@CallerOf() caller: UserCaller, @Req() request: FastifyRequest) {
    return this.deletion.getTerms(caller, cookieOf(request));
  }

  /** A few tries: the password is asked for, and must not be guessed here. */
  @RateLimit({ name: "account-deletion", limit: 5, windowSeconds: 900 })
  @Delete()
  @ReturnsNothing()
  async deleteAccount(
    @CallerOf() caller: UserCaller,
    @Body({ schema: accountDeletionSchema }) body: AccountDeletion,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.deletion.deleteAccount(caller, cookieOf(request), body);
    const { headers } = await this.auth.api.signOut({
      headers: new Headers({ cookie: cookieOf(request) }),
      returnHeaders: true,
    });
    for (const cookie of headers.getSetCookie()) reply.header("set-cookie", cookie);
    reply.header("clear-site-data", '"storage"');
  }
}

const cookieOf = (request: FastifyRequest): string => request.headers.cookie ?? "";
