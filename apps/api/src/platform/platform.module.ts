import { type DynamicModule, Global, Module } from "@nestjs/common";
import { ENV, type Env } from "../env.js";
import { Clock } from "./clock.js";
import { Databases } from "./database.js";
import { Jobs } from "./jobs.js";
import { LOGGER, type Logger } from "./logger.js";
import { Mailer } from "./mailer.js";
import { Notices } from "./notices.js";
import { Reconciler } from "./reconciler.jobs.js";
import { Relay } from "./relay.js";
import { RetentionJobs } from "./retention.jobs.js";
import { StreamMarks } from "./stream-marks.js";
import { WakeUps } from "./wake-ups.js";
import { TRANSPORT, TransportEnd, transportProvider } from "./transport.js";

/** What every module may ask for: environment, logger, clock, databases, transport, jobs. */
@Global()
@Module({})
export class PlatformModule {
  static for(env: Env, logger: Logger): DynamicModule {
    return {
      module: PlatformModule,
      providers: [
        { provide: ENV, useValue: env },
        { provide: LOGGER, useValue: logger },
        Clock,
        Databases,
        transportProvider,
        TransportEnd,
        Jobs,
        Mailer,
        Notices,
        Relay,
        StreamMarks,
        Reconciler,
        RetentionJobs,
        WakeUps,
      ],
      exports: [ENV, LOGGER, Clock, Databases, TRANSPORT, Jobs, Mailer, Notices, Reconciler, Relay, WakeUps],
    };
  }
}
