import { Inject, Injectable } from "@nestjs/common";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import type { Statement, Statements } from "@pulsekeep/database";
import type { PipelineCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { Notices } from "../../platform/notices.js";
import { pgArray } from "../../platform/pg-array.js";
import { few } from "./few.js";
import { type Outcome, PipelineBatches } from "./pipeline-batches.js";

export type PipelineResult = "success" | "failed";

/** What came of a finish; `before` says how a deployment that was no longer running had ended. */
export type Finished =
  | { kind: "observed"; windowSeconds: number }
  | { kind: "before"; isAbandoned: boolean; result: PipelineResult | null }
  | { kind: "not_found" };

type Finish = { caller: PipelineCaller; id: string; result: PipelineResult };

/** One conditional update: of two finishes at once, one finds the deployment running. $1 deployments, $2 projects, $3 results */
const observe: Statement = {
  name: "observe_deployments",
  text: `with observed as (
      update deployments d
      set state = 'observing', pipeline_result = a.result, finished_at = statement_timestamp(),
        observe_until = statement_timestamp() + make_interval(secs => p.window_seconds),
        next_action_at = statement_timestamp() + make_interval(secs => p.window_seconds)
      from (${few("$1::uuid[], $2::uuid[], $3::text[]", "id, project_id, result")}) a
      join projects p on p.id = a.project_id
      -- IS TRUE keeps the project from being a way to find the row: that way leads over all that it has open.
      where d.id = a.id and (d.project_id = a.project_id) is true and d.state = 'running'
      returning d.project_id, d.id, p.window_seconds
    ), told as (
      insert into outbox (topic, key, body)
      select 'deployments.evaluate', id::text, jsonb_build_object('deploymentId', id) from observed
    )
    select project_id, id, window_seconds from observed`,
};

/** $1 deployments, $2 projects */
const readEnds: Statement = {
  name: "read_deployment_ends",
  text: `select d.project_id, d.id, d.state, d.pipeline_result from (${few("$1::uuid[], $2::uuid[]", "id, project_id")}) a
    join deployments d on d.id = a.id and d.project_id = a.project_id`,
};

type Place = { project_id: string; id: string };
type Observed = Place & { window_seconds: number };
type ReadEnd = Place & { state: string; pipeline_result: PipelineResult | null };

/** Ends the pipeline's part of a deployment and begins its observation, whatever the pipeline's result. */
@Injectable()
export class FinishService {
  private readonly batches: PipelineBatches<Finish, Finished>;

  constructor(
    @Inject(Databases) databases: Databases,
    @Inject(Notices) private readonly notices: Notices,
  ) {
    this.batches = new PipelineBatches(databases, finishAll);
  }

  async finish(
    caller: PipelineCaller,
    { id, result }: { id: string; result: PipelineResult },
  ): Promise<Finished> {
    if (!idSchema.safeParse(id).success) return { kind: "not_found" };
    // As the database spells it.
    const known = id.toLowerCase();
    const finished = await this.batches.call({ caller, id: known, result });
    if (finished.kind === "observed") this.notices.tell(caller.workspaceId, "deployment.changed", known);
    return finished;
  }
}

async function finishAll(statements: Statements, finishes: readonly Finish[]): Promise<Outcome<Finished>[]> {
  const values = (asked: readonly Finish[]) => [
    pgArray(asked.map(({ id }) => id)),
    pgArray(asked.map(({ caller }) => caller.projectId)),
  ];
  const observed = await statements.run<Observed>(observe, [
    ...values(finishes),
    pgArray(finishes.map(({ result }) => result)),
  ]);
  const windows = new Map(observed.map((row) => [placeOf(row), row.window_seconds]));
  const others = finishes.filter((finish) => !windows.has(askedBy(finish)));
  // What does not run now never will again.
  const ends = others.length === 0 ? [] : await statements.run<ReadEnd>(readEnds, values(others));
  const found = new Map(ends.map((end) => [placeOf(end), end]));
  return finishes.map((finish) => ({
    answer: toFinished(windows.get(askedBy(finish)), found.get(askedBy(finish))),
  }));
}

/** By the project too: who names another's deployment at the moment of its finish has none. */
const placeOf = ({ project_id: projectId, id }: Place): string => `${projectId} ${id}`;

const askedBy = ({ caller, id }: Finish): string => placeOf({ project_id: caller.projectId, id });

function toFinished(windowSeconds: number | undefined, end: ReadEnd | undefined): Finished {
  if (windowSeconds !== undefined) return { kind: "observed", windowSeconds };
  if (!end) return { kind: "not_found" };
  return { kind: "before", isAbandoned: end.state === "abandoned", result: end.pipeline_result };
}
