import { Module } from "@nestjs/common";
import { ENV, type Env } from "../../env.js";
import { Databases } from "../../platform/database.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { Mailer } from "../../platform/mailer.js";
import { AuditModule } from "../audit/audit.module.js";
import { AccountDeletionController } from "./account-deletion.controller.js";
import { AccountDeletionService } from "./account-deletion.service.js";
import { AccountErasureJobs } from "./account-erasure.jobs.js";
import { AUTH, createAuth } from "./auth.js";
import { IdentityController } from "./identity.controller.js";
import { IdentityService } from "./identity.service.js";
import { Reauthentication } from "./reauthentication.js";
import { SignInAgainController } from "./sign-in-again.controller.js";
import { SessionService } from "./session.service.js";

@Module({
  imports: [AuditModule],
  controllers: [AccountDeletionController, IdentityController, SignInAgainController],
  providers: [
    AccountDeletionService,
    AccountErasureJobs,
    Reauthentication,
    IdentityService,
    SessionService,
    {
      provide: AUTH,
      inject: [ENV, Databases, LOGGER, Mailer],
      useFactory: (env: Env, databases: Databases, logger: Logger, mailer: Mailer) =>
        createAuth({ env, databases, logger, mailer }),
    },
  ],
  exports: [AUTH, SessionService],
})
export class IdentityModule {}
