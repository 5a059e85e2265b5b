import { Global, Module, StandardSchemaSerializerInterceptor } from "@nestjs/common";
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from "@nestjs/core";
import { ErrorsController } from "./errors.controller.js";
import { Authenticators, PolicyCheck, PolicyGuard } from "./policy.js";
import { ProblemFilter } from "./problem-filter.js";
import { RateLimiter } from "./rate-limit/rate-limiter.js";
import { validationPipe } from "./validation.js";

/** What every route passes: its policy, its schemas, and problem answers. */
@Global()
@Module({
  imports: [DiscoveryModule],
  controllers: [ErrorsController],
  providers: [
    Authenticators,
    PolicyCheck,
    ProblemFilter,
    RateLimiter,
    { provide: APP_FILTER, useExisting: ProblemFilter },
    { provide: APP_GUARD, useClass: PolicyGuard },
    { provide: APP_PIPE, useValue: validationPipe },
    { provide: APP_INTERCEPTOR, useClass: StandardSchemaSerializerInterceptor },
  ],
  exports: [Authenticators, ProblemFilter, RateLimiter],
})
export class HttpModule {}
