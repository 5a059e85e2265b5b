import { Body, Controller, Get, Inject, Patch } from "@nestjs/common";
import {
  meSchema,
  type MeUpdate,
  meUpdateSchema,
  type SignInOptions,
  signInOptionsSchema,
} from "@pulsekeep/contracts/api/identity";
import { ENV, type Env } from "../../env.js";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Public, Session } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { IdentityService } from "./identity.service.js";
import { listSignInProviders } from "./sign-in-providers.js";

@Controller("api/v1")
export class IdentityController {
  constructor(
    @Inject(IdentityService) private readonly identity: IdentityService,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Public()
  @Get("sign-in-options")
  @Returns(signInOptionsSchema)
  signInOptions(): SignInOptions {
    return { password: true, providers: listSignInProviders(this.env, this.logger).map(({ id }) => id) };
  }

  @Session()
  @Get("me")
  @Returns(meSchema)
  me(@CallerOf() caller: UserCaller) {
    return this.identity.getMe(caller);
  }

  @Session()
  @Patch("me")
  @Returns(meSchema)
  updateMe(@CallerOf() caller: UserCaller, @Body({ schema: meUpdateSchema }) update: MeUpdate) {
    return this.identity.updateMe(caller, update);
  }
}
