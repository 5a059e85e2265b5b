import type { Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import type { WatchedDeployment } from "./watched-deployment.js";

/** When a deployment is looked at again, in seconds after it was finished. */
const FOLLOW_UP_SECONDS = { hour: 3_600, day: 86_400 } as const;

/**
 * Plans the later looks of a deployment whose verdict is final. A recommended rollback has none: it is to be gone.
 * A look that the observation itself has outlasted is none either.
 */
export async function planFollowUps(
  tx: Transaction,
  { id, workspaceId, finishedAt, observeUntil }: WatchedDeployment,
): Promise<void> {
  if (finishedAt === null || observeUntil === null) return;
  for (const [look, seconds] of Object.entries(FOLLOW_UP_SECONDS)) {
    const dueAt = new Date(finishedAt.getTime() + seconds * 1_000);
    if (dueAt <= observeUntil) continue;
    await tx.execute(
      sql`insert into verdict_follow_ups (deployment_id, look, workspace_id, due_at)
          select v.deployment_id, ${look}, ${workspaceId}, ${dueAt.toISOString()} from verdicts v
          where v.deployment_id = ${id} and v.final and v.state in ('ok', 'warning', 'inconclusive')
          on conflict do nothing`,
    );
  }
}
