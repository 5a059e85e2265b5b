import type { Database } from "@pulsekeep/database";
import type { Verdict } from "@pulsekeep/verdict";
import { sql } from "drizzle-orm";
import type { ClaimedDelivery } from "./claim-deliveries.js";
import type { DeploymentFacts } from "./slack-message.js";

type Row = Pick<
  DeploymentFacts,
  "project" | "number" | "environment" | "service" | "branch" | "version" | "locale"
> & {
  /** As the engine returned them: the final verdict, and the later look that warned. */
  verdict: Verdict | null;
  later: Verdict | null;
};

/** What a message says of its deployment; undefined when that is gone. A dry run's verdict is not told. */
export async function readFacts(
  engine: Database,
  { deploymentId, moment, kind }: Pick<ClaimedDelivery, "deploymentId" | "moment" | "kind">,
): Promise<Omit<DeploymentFacts, "url"> | undefined> {
  const { rows } = await engine.execute<Row>(
    sql`select m.project, m.number, m.environment, m.service, m.branch, m.version, m.locale,
          v.document as verdict, w.document as later
        from lookup_slack_message(${deploymentId}::uuid) m
        left join verdicts v on v.deployment_id = ${deploymentId} and v.final and not v.dry_run
        left join lateral (
          select document from verdict_follow_ups
          where deployment_id = ${deploymentId} and state = 'warning' order by looked_at limit 1
        ) w on true`,
  );
  const [row] = rows;
  if (!row) return undefined;
  const { verdict, later, ...facts } = row;
  const told = moment === "later" ? later : verdict;
  return {
    ...facts,
    kind,
    verdict: verdict && { state: verdict.state, confidence: verdict.confidence },
    reasons: told?.reasons ?? [],
  };
}
