import { Global, Module, StandardSchemaSerializerInterceptor } from "@nestjs/common";
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from "@nestjs/core";
import { Authenticators, PolicyCheck, PolicyGuard } from "./policy.js";
import { ProblemFilter } from "./problem-filter.js";
import { validationPipe } from "./validation.js";

/** What every route passes: its policy, its schemas, and problem answers. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    Authenticators,
    PolicyCheck,
    ProblemFilter,
    { provide: APP_FILTER, useExisting: ProblemFilter },
    { provide: APP_GUARD, useClass: PolicyGuard },
    { provide: APP_PIPE, useValue: validationPipe },
    { provide: APP_INTERCEPTOR, useClass: StandardSchemaSerializerInterceptor },
  ],
  exports: [Authenticators, ProblemFilter],
})
export class HttpModule {}
