import { Inject, Injectable } from "@nestjs/common";
import type { Statements } from "@pulsekeep/database";
import { AppError } from "../../http/app-error.js";
import type { PipelineCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { Notices } from "../../platform/notices.js";
import { completeFacts, digestFacts, type SaidFacts, saysNothingElse } from "./deployment-facts.js";
import { HmacPreflightService, type PreflightTarget } from "./hmac-preflight.service.js";
import {
  abandonDeployment,
  beginDeployment,
  bindKey,
  type ExaminedTrigger,
  examineTrigger,
  supersedeObserved,
} from "./trigger.statements.js";

/** A trigger as a pipeline sent it; `metricsEndpoint` is the endpoint that it believes to be the active one. */
export type Trigger = { facts: SaidFacts; key?: string | undefined; metricsEndpoint?: string | undefined };

/** The deployment that a trigger came to: a new one, or the one that it meant or met. */
export type Begun = { id: string; isNew: boolean; message: string | null };

type Turn = Trigger & { caller: PipelineCaller; isProbed: boolean };
type Outcome = Begun | { probe: PreflightTarget };

/** Begins deployments for pipelines. However often a trigger is repeated, there is one deployment. */
@Injectable()
export class TriggerService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(HmacPreflightService) private readonly preflight: HmacPreflightService,
    @Inject(Notices) private readonly notices: Notices,
  ) {}

  /** @throws AppError naming what keeps the deployment from beginning */
  async begin(caller: PipelineCaller, trigger: Trigger): Promise<Begun> {
    const first = await this.take({ ...trigger, caller, isProbed: false });
    if (!("probe" in first)) return first;
    // Outside of any transaction, because it waits for somebody else's server.
    await this.preflight.require(first.probe);
    const second = await this.take({ ...trigger, caller, isProbed: true });
    if ("probe" in second) throw new Error("A trigger asks for one probe at most");
    return second;
  }

  /** Triggers of one project go one after another, so that what is found stays true until the commit. */
  private async take(turn: Turn): Promise<Outcome> {
    const { workspaceId, projectId } = turn.caller;
    const outcome = await this.databases.inTenantStatements(
      { workspaceId, turn: projectId },
      async (statements) => this.decide(statements, turn),
    );
    if ("isNew" in outcome && outcome.isNew) {
      this.notices.tell(workspaceId, "deployment.changed", outcome.id);
      this.notices.tell(workspaceId, "project.changed", projectId);
    }
    return outcome;
  }

  private async decide(statements: Statements, turn: Turn): Promise<Outcome> {
    const found = await examine(statements, turn);
    const repeated = findRepeated(found, turn);
    if (repeated) return existing(repeated.id, "This idempotency key has begun this deployment before");
    refuseUnknownEnvironment(found, turn.facts.environment);
    refuseUnknownService(found, turn.facts.service);
    refuseOtherEndpoint(found, turn.metricsEndpoint);
    const open = await this.meetOpen(statements, turn, found);
    if (open) return open;
    const target = { ...turn.caller, ...toPreflight(found) };
    if (!turn.isProbed && this.preflight.isNeeded(target)) return { probe: target };
    if (found.open_state === "observing") await supersede(statements, turn);
    return begin(statements, turn, found);
  }

  /** A deployment that runs is met; one whose time to finish is over holds its environment no longer. */
  private async meetOpen(
    statements: Statements,
    { caller, facts, key }: Turn,
    { open_id: id, open_state: state, open_number: number, open_is_overdue: isOverdue }: ExaminedTrigger,
  ): Promise<Begun | undefined> {
    if (id === null || state !== "running") return undefined;
    if (isOverdue) {
      await statements.run(abandonDeployment, [id]);
      this.notices.tell(caller.workspaceId, "deployment.changed", id);
      return undefined;
    }
    if (key !== undefined) await statements.run(bindKey, [caller.projectId, key, digestFacts(facts), id]);
    return existing(id, `Deployment ${number} of this environment is still running`);
  }
}

async function examine(statements: Statements, { caller, facts, key }: Turn): Promise<ExaminedTrigger> {
  const [found] = await statements.run<ExaminedTrigger>(examineTrigger, [
    caller.projectId,
    key ?? null,
    facts.environment,
    facts.service ?? "",
  ]);
  if (!found) throw new AppError("not_found");
  return found;
}

/**
 * The deployment that this project's key was used for within the last day. Keys of other projects do not exist here.
 *
 * @throws AppError `IDEMPOTENCY_KEY_REUSED` when the key came with something else
 */
function findRepeated(found: ExaminedTrigger, { facts }: Turn): { id: string } | undefined {
  const { key_body_hash: bodyHash, key_deployment: kept } = found;
  if (!bodyHash || !kept) return undefined;
  const { committedAt, ...rest } = kept.facts;
  const said = { ...rest, committedAt: committedAt === null ? null : new Date(committedAt) };
  if (bodyHash.equals(digestFacts(facts)) || saysNothingElse(facts, said)) return kept;
  throw new AppError("IDEMPOTENCY_KEY_REUSED");
}

const existing = (id: string, message: string): Begun => ({ id, isNew: false, message });

function refuseUnknownEnvironment({ environments }: ExaminedTrigger, environment: string): void {
  if (environments.includes(environment)) return;
  const known = environments.join(", ");
  throw new AppError("ENVIRONMENT_UNKNOWN", {
    detail: `The project's environments are: ${known}`,
    errors: [{ path: "env", message: `one of ${known} expected` }],
  });
}

function refuseUnknownService({ services }: ExaminedTrigger, service = ""): void {
  if (services.length === 0 || service === "" || services.includes(service)) return;
  const known = services.join(", ");
  throw new AppError("SERVICE_UNKNOWN", {
    detail: `The project's services are: ${known}`,
    errors: [{ path: "service", message: `one of ${known} expected` }],
  });
}

function refuseOtherEndpoint(found: ExaminedTrigger, claimed: string | undefined): void {
  if (found.endpoint_state === "blocked") throw new AppError("PROJECT_ENDPOINT_BLOCKED");
  if (claimed === undefined) return;
  const { active_url: activeUrl } = found;
  const same = activeUrl !== null && URL.canParse(claimed) && hrefOf(claimed) === hrefOf(activeUrl);
  if (!same) throw new AppError("ENDPOINT_MISMATCH");
}

const hrefOf = (url: string): string => new URL(url).href.replace(/\/$/, "");

const toPreflight = (found: ExaminedTrigger) => ({
  hmacVersion: found.hmac_version,
  activeUrl: found.active_url,
  hmacEnabled: found.hmac_enabled,
  hmacSecretSealed: found.hmac_secret_sealed,
});

async function supersede(statements: Statements, { caller, facts }: Turn): Promise<void> {
  await statements.run(supersedeObserved, [caller.projectId, facts.environment, facts.service ?? ""]);
}

async function begin(
  statements: Statements,
  { caller, facts, key }: Turn,
  found: ExaminedTrigger,
): Promise<Begun> {
  const id = newId();
  const all = completeFacts(facts);
  const rows =
    found.quota === 0
      ? []
      : await statements.runLast(beginDeployment, [
          caller.projectId,
          caller.workspaceId,
          found.quota,
          id,
          all.environment,
          all.service,
          all.branch,
          all.version,
          all.commitSha,
          all.committedAt,
          all.pr,
          all.actor,
          all.runUrl,
          all.isRollback,
          found.abandon_seconds,
          found.sample_seconds,
          key ?? null,
          key === undefined ? null : digestFacts(facts),
          found.measured_environment,
        ]);
  if (rows.length === 0)
    throw new AppError("QUOTA_REACHED", { detail: `${found.quota}/${found.quota} deployments this month` });
  const message =
    found.measured_environment !== "" || found.source !== "endpoint" || found.endpoint_state === "active"
      ? null
      : "No metrics endpoint is active: nothing will be measured";
  return { id, isNew: true, message };
}
