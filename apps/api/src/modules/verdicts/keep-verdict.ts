import type { Transaction } from "@pulsekeep/database";
import type { Verdict, VerdictState } from "@pulsekeep/verdict";
import { sql } from "drizzle-orm";
import type { PolicyInForce } from "../policies/policies.queries.js";

/** Version of `@pulsekeep/verdict`, kept with every verdict so that a later engine's can be told apart. */
export const ENGINE_VERSION = "0.1.0";

export type KeptVerdict = { state: VerdictState; confidence: number; final: boolean; isFirst: boolean };

/**
 * Writes what the engine says now. A final verdict never changes: then nothing is written.
 * @returns undefined when a final verdict was there already
 */
export async function keepVerdict(
  tx: Transaction,
  deployment: { id: string; workspaceId: string; now: Date },
  { verdict, missedScrapes, policy }: { verdict: Verdict; missedScrapes: number; policy: PolicyInForce },
): Promise<KeptVerdict | undefined> {
  const { rows } = await tx.execute<{ is_first: boolean }>(
    sql`insert into verdicts (deployment_id, workspace_id, state, confidence, final, document, engine_version,
          missed_scrapes, decided_at, policy, dry_run)
        values (${deployment.id}, ${deployment.workspaceId}, ${verdict.state}, ${verdict.confidence}, ${verdict.final},
          ${JSON.stringify(verdict)}::jsonb, ${ENGINE_VERSION}, ${missedScrapes}, ${deployment.now.toISOString()},
          ${JSON.stringify(policy)}::jsonb, ${policy.dryRun})
        on conflict (deployment_id) do update set state = excluded.state, confidence = excluded.confidence,
          final = excluded.final, document = excluded.document, engine_version = excluded.engine_version,
          missed_scrapes = excluded.missed_scrapes, decided_at = excluded.decided_at,
          policy = excluded.policy, dry_run = excluded.dry_run
        where not verdicts.final
        returning (xmax = 0) as is_first`,
  );
  const [row] = rows;
  if (!row) return undefined;
  const { state, confidence, final } = verdict;
  return { state, confidence, final, isFirst: row.is_first };
}
