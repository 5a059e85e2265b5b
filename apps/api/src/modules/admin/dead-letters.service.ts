import { Inject, Injectable } from "@nestjs/common";
import type { DeadLetter } from "@pulsekeep/contracts/api/admin";
import type { Page, PageQuery } from "@pulsekeep/contracts/api/shared";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { redactText } from "../../platform/logger.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import { STREAMS } from "../observability/streams.queries.js";

const REASON_LENGTH = 200;

/** `shard/milliseconds-count`, as the Redis transport makes them. */
const REDIS_ID = /^(\d{1,4})\/\d{1,16}-\d{1,16}$/;
const POSTGRES_ID = /^\d{1,18}$/;

/** What no handler could take, and the second chance for it. */
@Injectable()
export class DeadLettersService {
  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  /** One page of a stream's dead letters, in the transport's order. */
  async listOf(stream: string, query: PageQuery): Promise<Page<DeadLetter>> {
    requireStream(stream);
    const after = query.cursor === undefined ? {} : { after: this.decodeId(query.cursor) };
    const letters = await this.transport.listDeadLetters(stream, { max: query.limit + 1, ...after });
    const rows = letters.slice(0, query.limit).map((letter) => ({
      id: encodeId(letter.id),
      stream,
      key: letter.key,
      reason: redactText(letter.reason).slice(0, REASON_LENGTH),
      deliveries: letter.deliveries,
      deadAt: letter.deadAt.toISOString(),
    }));
    return { rows, nextCursor: letters.length > query.limit ? (rows.at(-1)?.id ?? null) : null };
  }

  /** The first of every stream. */
  async listFirst(max: number): Promise<DeadLetter[]> {
    const pages = await Promise.all(STREAMS.map((stream) => this.listOf(stream, { limit: max })));
    return pages.flatMap(({ rows }) => rows);
  }

  /**
   * Puts a dead letter's entry back into its stream. The entry in the audit commits first: the transport is no
   * part of a transaction, and an action without its entry is worse than an entry whose action then failed.
   */
  async replay(caller: UserCaller, stream: string, id: string): Promise<void> {
    requireStream(stream);
    const letterId = this.decodeId(id);
    await this.databases.inTenant(caller, (tx) =>
      this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "dead_letter.replay_requested",
        actor: actorOf(caller),
        subject: { kind: "dead_letter", id },
        facts: { stream },
      }),
    );
    if (!(await this.transport.replay(stream, letterId))) throw new AppError("not_found");
  }

  /** What the transport did not make must not get to it: there it would be a broken promise, not a refusal. */
  private decodeId(text: string): string {
    const id = Buffer.from(text, "base64url").toString("latin1");
    const isOurs =
      this.env.REDIS_URL === undefined
        ? POSTGRES_ID.test(id)
        : Number(REDIS_ID.exec(id)?.[1] ?? Number.NaN) < this.transport.shards;
    if (!isOurs) throw new AppError("not_found");
    return id;
  }
}

/** Ids of Redis hold a slash, which proxies decode in a path. */
const encodeId = (id: string): string => Buffer.from(id).toString("base64url");

function requireStream(stream: string): void {
  if (!STREAMS.includes(stream)) throw new AppError("not_found");
}
