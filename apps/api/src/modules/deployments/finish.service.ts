import { Inject, Injectable } from "@nestjs/common";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import type { Statement, Statements } from "@pulsekeep/database";
import type { PipelineCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { Notices } from "../../platform/notices.js";

export type PipelineResult = "success" | "failed";

/** What came of a finish; `before` says how a deployment that was no longer running had ended. */
export type Finished =
  | { kind: "observed"; windowSeconds: number }
  | { kind: "before"; isAbandoned: boolean; result: PipelineResult | null }
  | { kind: "not_found" };

/** One conditional update: of two finishes at once, one finds the deployment running. deployment, project, result */
const observe: Statement = {
  name: "observe_deployment",
  text: `with observed as (
      update deployments d
      set state = 'observing', pipeline_result = $3, finished_at = statement_timestamp(),
        observe_until = statement_timestamp() + make_interval(secs => p.window_seconds),
        next_action_at = statement_timestamp() + make_interval(secs => p.window_seconds)
      from projects p
      where d.id = $1 and d.project_id = $2 and d.state = 'running' and p.id = d.project_id
      returning p.window_seconds
    ), told as (
      insert into outbox (topic, key, body)
      select 'deployments.evaluate', $1::text, jsonb_build_object('deploymentId', $1::uuid) from observed
    )
    select window_seconds from observed`,
};

/** deployment, project */
const readEnd: Statement = {
  name: "read_deployment_end",
  text: "select state, pipeline_result from deployments where id = $1 and project_id = $2",
};

/** Ends the pipeline's part of a deployment and begins its observation, whatever the pipeline's result. */
@Injectable()
export class FinishService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Notices) private readonly notices: Notices,
  ) {}

  async finish(
    { workspaceId, projectId }: PipelineCaller,
    { id, result }: { id: string; result: PipelineResult },
  ): Promise<Finished> {
    if (!idSchema.safeParse(id).success) return { kind: "not_found" };
    const inTurn = <T>(work: (statements: Statements) => Promise<T>) =>
      this.databases.inTenantStatements({ workspaceId, turn: projectId }, work);
    const [observed] = await inTurn((statements) =>
      statements.runLast<{ window_seconds: number }>(observe, [id, projectId, result]),
    );
    // What does not run now never will again, so that it can be looked at afterwards.
    if (!observed) return inTurn((statements) => explain(statements, { id, projectId }));
    this.notices.tell(workspaceId, "deployment.changed", id);
    return { kind: "observed", windowSeconds: observed.window_seconds };
  }
}

async function explain(
  statements: Statements,
  { id, projectId }: { id: string; projectId: string },
): Promise<Finished> {
  const [found] = await statements.runLast<{ state: string; pipeline_result: PipelineResult | null }>(
    readEnd,
    [id, projectId],
  );
  if (!found) return { kind: "not_found" };
  return { kind: "before", isAbandoned: found.state === "abandoned", result: found.pipeline_result };
}
