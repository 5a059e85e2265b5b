import { createHash } from "node:crypto";
import type { DeploymentCreate, TriggerRequest } from "@pulsekeep/contracts/api/ci";

/** What a pipeline says of a deployment when it begins, whichever form it says it in. */
export type DeploymentFacts = {
  environment: string;
  service: string;
  branch: string | null;
  version: string | null;
  commitSha: string | null;
  committedAt: Date | null;
  pr: string | null;
  actor: string | null;
  runUrl: string | null;
  isRollback: boolean;
};

/** What was said, and nothing that was not: only that can contradict what was said before. */
export type SaidFacts = Partial<DeploymentFacts> & Pick<DeploymentFacts, "environment">;

export const factsOfTrigger = (request: TriggerRequest): SaidFacts =>
  withoutSilence({
    environment: request.env,
    service: request.service,
    branch: request.branch,
    version: request.version,
    commitSha: request.commit_sha,
    committedAt: toInstant(request.committed_at),
    pr: request.pr?.toString(),
    actor: request.actor,
    runUrl: request.run_url,
    isRollback: request.is_rollback,
  });

export const factsOfCreate = ({ pullRequest, committedAt, ...said }: DeploymentCreate): SaidFacts =>
  withoutSilence({ ...said, pr: pullRequest, committedAt: toInstant(committedAt) });

/** Everything there is to keep of a deployment; what was not said is empty. */
export const completeFacts = (said: SaidFacts): DeploymentFacts => ({
  service: "",
  branch: null,
  version: null,
  commitSha: null,
  committedAt: null,
  pr: null,
  actor: null,
  runUrl: null,
  isRollback: false,
  ...said,
});

/** Clients in use repeat a trigger with fewer fields than at first; what they do repeat must be the same. */
export const saysNothingElse = (said: SaidFacts, kept: DeploymentFacts): boolean =>
  Object.entries(said).every(
    ([name, value]) => JSON.stringify(value) === JSON.stringify(kept[name as keyof DeploymentFacts]),
  );

/** SHA-256 of what a pipeline says, in one order, whatever the form or the spelling was. */
export function digestFacts(said: SaidFacts): Buffer {
  const entries = Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(entries)).digest();
}

const toInstant = (text: string | null | undefined) =>
  text === null || text === undefined ? undefined : new Date(text);

type Silent<T> = { [K in keyof T]: T[K] | null | undefined };

const withoutSilence = (said: Silent<Partial<DeploymentFacts>>): SaidFacts =>
  Object.fromEntries(
    Object.entries(said).filter(([, value]) => value !== null && value !== undefined),
  ) as SaidFacts;
