import type { SlackKind } from "@pulsekeep/contracts/api/slack";
import type { Database } from "@pulsekeep/database";
import { sql } from "drizzle-orm";

const AT_ONCE = 20;
/** An attempt that nobody has heard of for so long is over, whatever became of its process. */
const ATTEMPT_SECONDS = 60;
/** What is older tells nobody anything that they do not know. */
const TOO_LATE_HOURS = 6;

export type ClaimedDelivery = {
  deploymentId: string;
  moment: "verdict" | "later";
  workspaceId: string;
  projectId: string;
  kind: SlackKind;
  /** This one included. */
  attempts: number;
  isTooLate: boolean;
};

/** What is under way says no reason yet, and its turn ends at the latest when it would be tried again. */
const IS_UNDER_WAY = sql`o.attempts > 0 and o.reason is null and o.next_attempt_at > now()`;

/** Takes the oldest due delivery of each project that Slack did not ask to pause, and to which nobody is writing. */
export async function claimDeliveries(engine: Database): Promise<ClaimedDelivery[]> {
  const { rows } = await engine.execute<ClaimedDelivery>(sql`
    with heads as (
      select distinct on (project_id) deployment_id, moment from slack_deliveries d
      where next_attempt_at <= now()
        and not exists (select from slack_settings s where s.project_id = d.project_id and s.held_until > now())
        and not exists (select from slack_deliveries o where o.project_id = d.project_id and ${IS_UNDER_WAY})
      order by project_id, next_attempt_at, queued_at, deployment_id
    ), free as (
      select deployment_id, moment from slack_deliveries
      where (deployment_id, moment) in (select * from heads) and next_attempt_at <= now()
      limit ${AT_ONCE} for update skip locked
    )
    update slack_deliveries d
    set attempts = attempts + 1, reason = null, next_attempt_at = now() + make_interval(secs => ${ATTEMPT_SECONDS})
    from free where d.deployment_id = free.deployment_id and d.moment = free.moment
    returning d.deployment_id as "deploymentId", d.moment, d.workspace_id as "workspaceId",
      d.project_id as "projectId", d.kind, d.attempts,
      d.queued_at < now() - make_interval(hours => ${TOO_LATE_HOURS}) as "isTooLate"`);
  return rows;
}
