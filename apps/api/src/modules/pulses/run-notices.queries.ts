import { Inject, Injectable } from "@nestjs/common";
import type { RunNotice, RunNoticeListQuery } from "@pulsekeep/contracts/api/pulses";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { schema } from "@pulsekeep/database";
import { and, desc, eq, isNull, ne, or, sql } from "drizzle-orm";
import { decodeCursor, encodeCursor } from "../../http/cursor.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { PulsesQueries } from "./pulses.queries.js";

const { runNotices, runs } = schema;

/** What a workspace's people should know of its runs. */
@Injectable()
export class RunNoticesQueries {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(PulsesQueries) private readonly pulses: PulsesQueries,
  ) {}

  /** Those that nobody has dismissed, newest first. */
  async listNotices(tenant: Tenant, query: RunNoticeListQuery): Promise<Page<RunNotice>> {
    const before = decodePosition(query.cursor);
    return this.databases.inTenant(tenant, async (tx) => {
      const found = await tx
        .select({ runId: runNotices.runId, kind: runNotices.kind, raisedAt: runNotices.raisedAt })
        .from(runNotices)
        .innerJoin(runs, eq(runs.id, runNotices.runId))
        .where(
          and(
            isNull(runNotices.dismissedAt),
            query.pulseId === undefined ? undefined : eq(runNotices.pulseId, query.pulseId),
            query.kind === undefined
              ? or(ne(runNotices.kind, "late"), isNull(runs.endedAt))
              : eq(runNotices.kind, query.kind),
            before &&
              sql`(${runNotices.raisedAt}, ${runNotices.runId}, ${runNotices.kind})
                  < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid, ${before.kind})`,
          ),
        )
        .orderBy(desc(runNotices.raisedAt), desc(runNotices.runId), desc(runNotices.kind))
        .limit(query.limit + 1);
      const page = found.slice(0, query.limit);
      const shown = await this.pulses.listRunsIn(
        tx,
        page.map(({ runId }) => runId),
      );
      const last = page.at(-1);
      return {
        rows: page.flatMap(({ runId, kind, raisedAt }) => {
          const run = shown.get(runId);
          return run ? [{ kind, raisedAt: raisedAt.toISOString(), run }] : [];
        }),
        nextCursor: found.length > query.limit && last ? encodePosition(last) : null,
      };
    });
  }
}

type Place = { runId: string; kind: string; raisedAt: Date };

/** A run may have two notices of the same instant, so the kind is a part of the place. */
const encodePosition = ({ raisedAt, runId, kind }: Place): string =>
  `${encodeCursor({ at: raisedAt, id: runId })}.${kind}`;

function decodePosition(text: string | undefined) {
  const [cursor, kind = ""] = text?.split(".") ?? [];
  const position = decodeCursor(cursor);
  return position && { ...position, kind };
}
