import { commitParamsSchema } from "@pulsekeep/contracts/worker-protocol";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import type { RunRow } from "./pulse-view.js";
import { quarterOf } from "./write-room.js";

const { repositoryCommits } = schema;
const placeSchema = commitParamsSchema.pick({ owner: true, repo: true, authoredAt: true });

/** Takes a commit that was not made out of its repository's day. What has no day in the counts is left alone. */
export async function giveBackCommit(
  tx: Transaction,
  run: Pick<RunRow, "workspaceId" | "kind" | "params">,
): Promise<void> {
  const place = placeSchema.safeParse(strip(run.params));
  if (run.kind !== "commit" || !place.success) return;
  const { owner, repo, authoredAt } = place.data;
  const { workspaceId, repository, quarters } = repositoryCommits;
  const quarter = quarterOf(new Date(authoredAt)).toISOString();
  const index = sql`array_position(${quarters}, ${quarter})`;
  await tx.execute(
    sql`update repository_commits set counts[${index}] = greatest(0, counts[${index}] - 1),
          day_commits = day_commits - (counts[${index}] > 0 and day_starts_at <= ${quarter})::int
        where ${and(eq(workspaceId, run.workspaceId), eq(repository, `${owner}/${repo}`.toLowerCase()), sql`${index} is not null`)}`,
  );
}

const strip = (params: RunRow["params"]) =>
  params && { owner: params["owner"], repo: params["repo"], authoredAt: params["authoredAt"] };
