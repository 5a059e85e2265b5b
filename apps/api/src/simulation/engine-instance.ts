import "reflect-metadata";
import { createHash } from "node:crypto";
import { type INestApplicationContext, Inject, Injectable, Module, type OnModuleInit } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ENV, parseEnv } from "../env.js";
import { AuditService } from "../modules/audit/audit.service.js";
import { Announcer } from "../modules/pulses/announcer.js";
import { ClaimsService } from "../modules/pulses/claims.service.js";
import { DispatcherJobs } from "../modules/pulses/dispatcher.jobs.js";
import { PlannerJobs } from "../modules/pulses/planner.jobs.js";
import { PulsesService } from "../modules/pulses/pulses.service.js";
import { RunNowService } from "../modules/pulses/run-now.service.js";
import { RunRules } from "../modules/pulses/run-rules.js";
import { SweeperJobs } from "../modules/pulses/sweeper.jobs.js";
import { Clock } from "../platform/clock.js";
import { Databases } from "../platform/database.js";
import { Jobs, type PeriodicJob, type StreamJob } from "../platform/jobs.js";
import { LOGGER } from "../platform/logger.js";
import { Notices } from "../platform/notices.js";
import { Reconciler } from "../platform/reconciler.jobs.js";
import { Relay } from "../platform/relay.js";
import { StreamMarks } from "../platform/stream-marks.js";
import { TRANSPORT, type Transport } from "../platform/transport.js";
import { WakeUps } from "../platform/wake-ups.js";

const SECRET = "simulated-secret-of-thirty-two-characters";

/** Deployments are another story: none is open. */
@Injectable()
class NoDeployments implements OnModuleInit {
  constructor(@Inject(Reconciler) private readonly reconciler: Reconciler) {}

  onModuleInit(): void {
    this.reconciler.register("deployments.evaluate", async () => []);
  }
}

/** What a process with the roles of the engine is made of, beside what is simulated. */
const PARTS = [
  Announcer,
  AuditService,
  ClaimsService,
  Databases,
  DispatcherJobs,
  NoDeployments,
  Notices,
  PlannerJobs,
  PulsesService,
  Reconciler,
  Relay,
  RunNowService,
  RunRules,
  StreamMarks,
  SweeperJobs,
  WakeUps,
];

@Module({})
class SimulatedEngine {}

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
  /** What is asked to wake up does so by chance. */
  wake(): void {}
}

/** One process of the engine: its real loops, handlers and services, over a simulated store and transport. */
export class EngineInstance {
  readonly claims: ClaimsService;
  readonly pulses: PulsesService;

  private constructor(
    readonly name: string,
    context: INestApplicationContext,
    private readonly jobs: ManualJobs,
    /** What the engine logged as an error. */
    readonly complaints: string[],
  ) {
    this.claims = context.get(ClaimsService);
    this.pulses = context.get(PulsesService);
  }

  /** @param options.clockMs by how much the process's own clock is ahead */
  static async start(
    name: string,
    { transport, clockMs }: { transport: Transport; clockMs: number },
  ): Promise<EngineInstance> {
    const jobs = new ManualJobs();
    const complaints: string[] = [];
    const context = await NestFactory.createApplicationContext(
      {
        module: SimulatedEngine,
        providers: [
          { provide: ENV, useValue: env() },
          { provide: TRANSPORT, useValue: transport },
          { provide: Jobs, useValue: jobs },
          { provide: Clock, useValue: { now: () => new Date(Date.now() + clockMs) } satisfies Clock },
          { provide: LOGGER, useValue: logInto(complaints) },
          ...PARTS,
        ],
      },
      { logger: false },
    );
    return new EngineInstance(name, context, jobs, complaints);
  }

  get loops(): readonly PeriodicJob[] {
    return this.jobs.periodic;
  }

  get handlers(): readonly StreamJob[] {
    return this.jobs.streams;
  }
}

/** The product's own rules, as they are when nobody has set them, but that nobody waits for the minute to be over. */
const env = () =>
  parseEnv({
    DATABASE_URL: "postgres://simulated",
    AUTH_SECRET: SECRET,
    PULSEKEEP_PUBLIC_URL: "http://localhost:3000",
    PULSEKEEP_MAX_WRITES_PER_MINUTE: "100000",
    PULSEKEEP_KEYRING: JSON.stringify({
      currentId: "k1",
      keys: { k1: createHash("sha256").update("simulation").digest("base64url") },
    }),
  });

function logInto(complaints: string[]) {
  const quiet = () => undefined;
  const error = (facts: { err?: unknown }, message: string) =>
    complaints.push(`${message}: ${String(facts.err)}`);
  return { error, warn: quiet, info: quiet, debug: quiet };
}
