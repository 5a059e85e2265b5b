import { Inject, Injectable } from "@nestjs/common";
import type { DeadLetter, System } from "@pulsekeep/contracts/api/admin";
import { ENV, type Env } from "../../env.js";
import { Clock } from "../../platform/clock.js";
import { within } from "../../platform/within.js";
import { DatabaseHealthQueries } from "../observability/database-health.queries.js";
import { LedgerQueries } from "../observability/ledger.queries.js";
import { RedisMonitor } from "../observability/redis-monitor.queries.js";
import { SchedulingQueries } from "../observability/scheduling.queries.js";
import { StreamsQueries } from "../observability/streams.queries.js";
import { LogHealthQueries } from "../audit/log-health.queries.js";
import { KeyringQueries } from "../vault/keyring.queries.js";
import { DeadLettersService } from "./dead-letters.service.js";
import { findWarnings } from "./system-warnings.js";

const DEAD_LETTERS_SHOWN = 20;

/** The health of the whole installation: totals and states, nothing of any user. */
@Injectable()
export class SystemQueries {
  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(DatabaseHealthQueries) private readonly database: DatabaseHealthQueries,
    @Inject(SchedulingQueries) private readonly scheduling: SchedulingQueries,
    @Inject(LedgerQueries) private readonly ledger: LedgerQueries,
    @Inject(StreamsQueries) private readonly streams: StreamsQueries,
    @Inject(DeadLettersService) private readonly deadLetters: DeadLettersService,
    @Inject(RedisMonitor) private readonly redis: RedisMonitor,
    @Inject(KeyringQueries) private readonly keyring: KeyringQueries,
    @Inject(LogHealthQueries) private readonly log: LogHealthQueries,
  ) {}

  async getSystem(): Promise<System> {
    const [scheduling, runs, lateness, database, streams, deadLetters, redis, keyring, audit] =
      await Promise.all([
        this.scheduling.getScheduling(),
        this.ledger.countRuns(),
        this.ledger.getLateness(),
        this.database.getHealth(),
        this.streams.findStreams(),
        this.listDeadLetters(),
        this.redis.findHealth(),
        this.keyring.getHealth(),
        this.log.getLag(),
      ]);
    const { processes, backlog, neededRoles, problems } = scheduling;
    const facts = {
      transport: {
        kind: this.env.REDIS_URL === undefined ? ("postgres" as const) : ("redis" as const),
        reachable: streams !== undefined,
      },
      streams: streams ?? [],
      processes,
      database,
      redis,
    };
    const outbox = backlog.find(({ work }) => work === "outbox");
    return {
      ...facts,
      checkedAt: this.clock.now().toISOString(),
      warnings: findWarnings({ ...facts, keyring, audit, problems }),
      deadLetters,
      outbox: { length: outbox?.due ?? 0, oldestAgeMs: outbox?.oldestMs ?? null },
      backlog,
      runs,
      lateness,
      roles: neededRoles.map((role) => ({
        role,
        processes: processes.filter(({ alive, roles }) => alive && roles.includes(role)).length,
      })),
    };
  }

  /** The streams' own state says when the transport is away. */
  private async listDeadLetters(): Promise<DeadLetter[]> {
    return within(this.deadLetters.listFirst(DEAD_LETTERS_SHOWN)).catch(() => []);
  }
}
