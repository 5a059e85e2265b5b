import { AppError } from "../../http/app-error.js";
import type { PipelineCaller } from "../../http/caller.js";
import { unknownEnvironment } from "../../http/unknown-environment.js";
import { digestFacts, type SaidFacts, saysNothingElse } from "./deployment-facts.js";
import type { PreflightTarget } from "./hmac-preflight.service.js";
import type { ExaminedTrigger } from "./trigger.statements.js";

/** A trigger as a pipeline sent it; `metricsEndpoint` is the endpoint that it believes to be the active one. */
export type Trigger = {
  facts: SaidFacts;
  key?: string | undefined;
  metricsEndpoint?: string | undefined;
  /** How the pipeline's form calls the environment. */
  environmentField: "env" | "environment";
};

/** A trigger that takes its turn; `needsProbe` says whether the endpoint must show first that it takes our signature. */
export type Turn = Trigger & {
  caller: PipelineCaller;
  needsProbe: (target: PreflightTarget) => boolean;
};

/** What is to be done about a trigger. `abandons` is a deployment that holds the environment for longer than it may. */
export type Decision =
  | { kind: "existing"; id: string; message: string; bindsKey: boolean }
  | { kind: "probe"; target: PreflightTarget; abandons: string | undefined }
  | { kind: "begin"; found: ExaminedTrigger; message: string | null; abandons: string | undefined };

/**
 * What a trigger leads to, by what was found when its turn had come.
 *
 * @throws AppError naming what keeps the deployment from beginning
 */
export function decideTrigger(found: ExaminedTrigger | undefined, turn: Turn): Decision {
  if (!found) throw new AppError("not_found");
  const repeated = findRepeated(found, turn);
  if (repeated)
    return existing(repeated.id, "This idempotency key has begun this deployment before", {
      bindsKey: false,
    });
  refuseUnknownEnvironment(found, turn);
  refuseUnknownService(found);
  refuseOtherEndpoint(found, turn.metricsEndpoint);
  const { open_id: openId, open_state: openState, open_number: number } = found;
  const isMet = openId !== null && openState === "running";
  // One whose time to finish is over holds its environment no longer.
  if (isMet && !found.open_is_overdue)
    return existing(openId, `Deployment ${number} of this environment is still running`, {
      bindsKey: turn.key !== undefined,
    });
  const abandons = isMet ? openId : undefined;
  const target = { ...turn.caller, ...toPreflight(found) };
  if (turn.needsProbe(target)) return { kind: "probe", target, abandons };
  if (found.quota === 0) throw quotaReached(found);
  return { kind: "begin", found, message: warnOfSilence(found), abandons };
}

export const quotaReached = ({ quota }: ExaminedTrigger): AppError =>
  new AppError("QUOTA_REACHED", { detail: `${quota}/${quota} deployments this month` });

const existing = (id: string, message: string, { bindsKey }: { bindsKey: boolean }): Decision => ({
  kind: "existing",
  id,
  message,
  bindsKey,
});

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

function refuseUnknownEnvironment(
  { known_environments: known }: ExaminedTrigger,
  { environmentField: path }: Turn,
): void {
  if (known !== null) throw unknownEnvironment(known, path);
}

function refuseUnknownService({ known_services: known }: ExaminedTrigger): void {
  if (known === null) return;
  const names = known.join(", ");
  throw new AppError("SERVICE_UNKNOWN", {
    detail: `The project's services are: ${names}`,
    errors: [{ path: "service", message: `one of ${names} expected` }],
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

const warnOfSilence = (found: ExaminedTrigger): string | null =>
  found.measured_environment !== "" || found.source !== "endpoint" || found.endpoint_state === "active"
    ? null
    : "No metrics endpoint is active: nothing will be measured";
