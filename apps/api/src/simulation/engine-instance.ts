import type { Env } from "../env.js";
import { AuditService } from "../modules/audit/audit.service.js";
import { ClaimsService } from "../modules/pulses/claims.service.js";
import { DispatcherJobs } from "../modules/pulses/dispatcher.jobs.js";
import { PlannerJobs } from "../modules/pulses/planner.jobs.js";
import { PulsesService } from "../modules/pulses/pulses.service.js";
import { SweeperJobs } from "../modules/pulses/sweeper.jobs.js";
import { Clock } from "../platform/clock.js";
import { Databases } from "../platform/database.js";
import type { Jobs, PeriodicJob, StreamJob } from "../platform/jobs.js";
import type { Logger } from "../platform/logger.js";
import { Relay } from "../platform/relay.js";
import type { Transport } from "../platform/transport.js";

const ENV = { DATABASE_URL: "postgres://simulated" } as Env;

/** Keeps what the engine registers, so that the simulation decides when each of it runs. */
class ManualJobs {
  readonly periodic: PeriodicJob[] = [];
  readonly streams: StreamJob[] = [];
  every(job: PeriodicJob): void {
    this.periodic.push(job);
  }
  consume(job: StreamJob): void {
    this.streams.push(job);
  }
}

/** One process of the engine: its real loops, handlers and services, over a simulated store and transport. */
export class EngineInstance {
  readonly loops: readonly PeriodicJob[];
  readonly handlers: readonly StreamJob[];
  readonly claims: ClaimsService;
  readonly pulses: PulsesService;
  /** What the engine logged as an error, and the simulation has not caused. */
  readonly complaints: string[] = [];

  constructor(
    readonly name: string,
    transport: Transport,
  ) {
    const manual = new ManualJobs();
    const jobs = manual as unknown as Jobs;
    const databases = new Databases(ENV);
    const logger = this.logger();
    const dispatcher = new DispatcherJobs(databases, transport, jobs);
    this.claims = new ClaimsService(databases);
    this.pulses = new PulsesService(databases, new AuditService(), new Clock());
    for (const part of [
      new PlannerJobs(databases, jobs, logger),
      dispatcher,
      new SweeperJobs(databases, dispatcher, jobs),
      new Relay(databases, transport, jobs),
    ])
      part.onModuleInit();
    this.loops = manual.periodic;
    this.handlers = manual.streams;
  }

  private logger(): Logger {
    const complain = (facts: { err?: unknown }, message: string) =>
      this.complaints.push(`${message}: ${String(facts.err)}`);
    const quiet = () => undefined;
    return { error: complain, warn: quiet, info: quiet, debug: quiet } as unknown as Logger;
  }
}
