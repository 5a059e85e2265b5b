import { Inject, Injectable } from "@nestjs/common";
import type { Statements } from "@pulsekeep/database";
import { AppError } from "../../http/app-error.js";
import type { PipelineCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { Notices } from "../../platform/notices.js";
import { pgArray } from "../../platform/pg-array.js";
import { type Decision, decideTrigger, quotaReached, type Trigger, type Turn } from "./decide-trigger.js";
import { completeFacts, digestFacts } from "./deployment-facts.js";
import { HmacPreflightService, type PreflightTarget } from "./hmac-preflight.service.js";
import { type Outcome, PipelineBatches, settle } from "./pipeline-batches.js";
import {
  abandonDeployments,
  beginDeployments,
  bindKeys,
  type ExaminedTrigger,
  examineTriggers,
} from "./trigger.statements.js";

/** The deployment that a trigger came to: a new one, or the one that it meant or met. */
export type Begun = { id: string; isNew: boolean; message: string | null };

type Taken = (Begun | { probe: PreflightTarget }) & { abandoned?: string | undefined };
type Step = Decision & { turn: Turn; newId: string };

/** Begins deployments for pipelines. However often a trigger is repeated, there is one deployment. */
@Injectable()
export class TriggerService {
  private readonly batches: PipelineBatches<Turn, Taken>;

  constructor(
    @Inject(Databases) databases: Databases,
    @Inject(HmacPreflightService) private readonly preflight: HmacPreflightService,
    @Inject(Notices) private readonly notices: Notices,
  ) {
    this.batches = new PipelineBatches(databases, takeTurns);
  }

  /** @throws AppError naming what keeps the deployment from beginning */
  async begin(caller: PipelineCaller, trigger: Trigger): Promise<Begun> {
    const first = await this.take({
      ...trigger,
      caller,
      needsProbe: (target) => this.preflight.isNeeded(target),
    });
    if (!("probe" in first)) return first;
    // Outside of any transaction, because it waits for somebody else's server.
    await this.preflight.require(first.probe);
    const second = await this.take({ ...trigger, caller, needsProbe: () => false });
    if ("probe" in second) throw new Error("A trigger asks for one probe at most");
    return second;
  }

  private async take(turn: Turn): Promise<Taken> {
    const { workspaceId, projectId } = turn.caller;
    const taken = await this.batches.call(turn);
    if (taken.abandoned !== undefined) this.notices.tell(workspaceId, "deployment.changed", taken.abandoned);
    if ("isNew" in taken && taken.isNew) {
      this.notices.tell(workspaceId, "deployment.changed", taken.id);
      this.notices.tell(workspaceId, "project.changed", projectId);
    }
    return taken;
  }
}

/** Looks at all, decides about each, and writes what follows. */
async function takeTurns(statements: Statements, turns: readonly Turn[]): Promise<Outcome<Taken>[]> {
  const found = await examine(statements, turns);
  const decided = turns.map((turn, place) =>
    settle(() => ({ ...decideTrigger(found[place], turn), turn, newId: newId() })),
  );
  const steps = decided.flatMap((outcome) => ("answer" in outcome ? [outcome.answer] : []));
  const begun = await write(statements, steps);
  return decided.map((outcome) =>
    "answer" in outcome ? settle(() => toTaken(outcome.answer, begun)) : outcome,
  );
}

async function examine(
  statements: Statements,
  turns: readonly Turn[],
): Promise<(ExaminedTrigger | undefined)[]> {
  const rows = await statements.run<ExaminedTrigger>(examineTriggers, [
    pgArray(turns.map(({ caller }) => caller.projectId)),
    turns.map(({ key }) => key ?? null),
    turns.map(({ facts }) => facts.environment),
    turns.map(({ facts }) => facts.service ?? ""),
  ]);
  const found: (ExaminedTrigger | undefined)[] = turns.map(() => undefined);
  for (const row of rows) found[Number(row.place) - 1] = row;
  return found;
}

/** Returns the deployments that began: all that were to, but those of workspaces whose quota is reached. */
async function write(statements: Statements, steps: readonly Step[]): Promise<ReadonlySet<string>> {
  const abandoned = steps.flatMap((step) => (step.kind === "existing" ? [] : (step.abandons ?? [])));
  const bound = steps.filter((step) => step.kind === "existing").filter(({ bindsKey }) => bindsKey);
  const begins = steps.filter((step) => step.kind === "begin");
  const before: Promise<unknown>[] = [];
  // First, because an environment that is held takes no other deployment.
  if (abandoned.length > 0) before.push(statements.run(abandonDeployments, [pgArray(abandoned)]));
  if (bound.length > 0) before.push(statements.run(bindKeys, toBindings(bound)));
  const last =
    begins.length === 0
      ? Promise.resolve([])
      : statements.runLast<{ id: string }>(beginDeployments, toRows(begins));
  const [rows] = await Promise.all([last, ...before]);
  return new Set(rows.map(({ id }) => id));
}

const toBindings = (steps: readonly (Step & { kind: "existing" })[]): unknown[] => [
  pgArray(steps.map(({ turn }) => turn.caller.projectId)),
  pgArray(steps.map(({ turn }) => turn.caller.workspaceId)),
  steps.map(({ turn }) => turn.key),
  steps.map(({ turn }) => digestFacts(turn.facts)),
  pgArray(steps.map(({ id }) => id)),
];

function toRows(steps: readonly (Step & { kind: "begin" })[]): unknown[] {
  const facts = steps.map(({ turn }) => completeFacts(turn.facts));
  return [
    pgArray(steps.map(({ turn }) => turn.caller.projectId)),
    pgArray(steps.map(({ turn }) => turn.caller.workspaceId)),
    pgArray(steps.map(({ newId: id }) => id)),
    facts.map(({ environment }) => environment),
    facts.map(({ service }) => service),
    facts.map(({ branch }) => branch),
    facts.map(({ version }) => version),
    facts.map(({ commitSha }) => commitSha),
    pgArray(facts.map(({ committedAt }) => committedAt)),
    facts.map(({ pr }) => pr),
    facts.map(({ actor }) => actor),
    facts.map(({ runUrl }) => runUrl),
    pgArray(facts.map(({ isRollback }) => isRollback)),
    pgArray(steps.map(({ found }) => found.abandon_seconds)),
    pgArray(steps.map(({ found }) => found.sample_seconds)),
    steps.map(({ turn }) => turn.key ?? null),
    steps.map(({ turn }) => (turn.key === undefined ? null : digestFacts(turn.facts))),
    steps.map(({ found }) => found.measured_environment),
    pgArray(steps.map(({ found }) => found.open_state === "observing")),
  ];
}

/** @throws AppError `QUOTA_REACHED`; `not_found` when the project was deleted meanwhile */
function toTaken(step: Step, begun: ReadonlySet<string>): Taken {
  switch (step.kind) {
    case "existing":
      return { id: step.id, isNew: false, message: step.message };
    case "probe":
      return { probe: step.target, abandoned: step.abandons };
    case "begin":
      if (!begun.has(step.newId))
        throw step.found.quota === null ? new AppError("not_found") : quotaReached(step.found);
      return { id: step.newId, isNew: true, message: step.message, abandoned: step.abandons };
  }
}
