import type {
  CommitParams,
  DispatchParams,
  KeepaliveParams,
  RollbackParams,
  UpdateParams,
  VerifyParams,
} from "@pulsekeep/contracts/worker-protocol";
import type { Signal } from "@pulsekeep/signing";
import { refuse } from "./run-fault.js";
import { type Check, hasShape, listOf, recordOf, text } from "./check.js";
import { DATA_FILE } from "./data-file.js";

/** What this release can do. */
export type Action =
  | { kind: "verify"; params: VerifyParams }
  | { kind: "commit"; params: CommitParams }
  | { kind: "keepalive"; params: KeepaliveParams }
  | { kind: "dispatch"; params: DispatchParams }
  | { kind: "rollback"; params: RollbackParams }
  | { kind: "update"; params: UpdateParams };

// The same rules as in the contract's schemas; a test compares them.
const OWNER = text(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/, 39);
const REPO = text(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/, 100);
const COMMIT: Record<keyof CommitParams, Check> = {
  owner: OWNER,
  repo: REPO,
  branch: text(/^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.))(?!.*(?:\/|\.|\.lock)$)[A-Za-z0-9._/-]+$/, 200),
  path: text(DATA_FILE, 200),
  mode: text(/^(?:append|replace)$/, 7),
  content: text(/^/, 16_384),
  message: text(/^(?!.*^Pulse-Run:)(?:[^\p{Cc}]|\n)+$/msu, 2_000),
  author: (value) =>
    hasShape(value, {
      name: text(/^[^<>\p{Cc}]{1,100}$/u, 200),
      email: text(/^[^<>@\s]{1,100}@[^<>@\s]{1,150}$/, 251),
    }),
  authoredAt: (value) =>
    text(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 24)(value) && isRealInstant(value as string),
  timeZone: text(/^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+){0,2}$/, 100),
};
const WORKFLOW = text(/^(?!\.)[A-Za-z0-9._-]{1,100}\.ya?ml$/, 105);
const KEEPALIVE: Record<keyof KeepaliveParams, Check> = {
  owner: OWNER,
  repo: REPO,
  workflows: listOf(WORKFLOW, 1, 20),
};
const INPUT_NAME = text(/^(?!keepstreak_run$)[A-Za-z_][A-Za-z0-9_-]{0,99}$/);
const DISPATCH: Record<keyof DispatchParams, Check> = {
  owner: OWNER,
  repo: REPO,
  workflow: WORKFLOW,
  inputs: recordOf(INPUT_NAME, text(/^/, 1_000), 24),
};
const ROLLBACK: Record<keyof RollbackParams, Check> = {
  owner: OWNER,
  repo: REPO,
  workflow: WORKFLOW,
  environment: text(/^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}$/, 64),
  deploymentId: text(/^[A-Za-z0-9_-]{1,64}$/, 64),
  expectedSha: text(/^[0-9a-f]{40}$/, 40),
};
const SIGNED: Check = (value) =>
  hasShape(value, { text: text(/^/, 4_096), signatures: listOf(text(/^/, 128), 0, 4) });
const UPDATE: Record<keyof UpdateParams, Check> = { manifest: SIGNED, roots: listOf(SIGNED, 0, 8) };

const SHAPES: Readonly<Record<Action["kind"], Record<string, Check>>> = {
  verify: {},
  commit: COMMIT,
  keepalive: KEEPALIVE,
  dispatch: DISPATCH,
  rollback: ROLLBACK,
  update: UPDATE,
};

/**
 * Reads what a signal asks for.
 *
 * @throws RunFault for kinds that this release cannot do and parameters that it does not know
 */
export function parseAction({ kind, params }: Pick<Signal, "kind" | "params">): Action {
  if (!Object.hasOwn(SHAPES, kind)) refuse("unsupported_kind", "this release of the worker cannot do that");
  if (!hasShape(params, SHAPES[kind as Action["kind"]]))
    refuse("invalid_params", `the parameters of ${kind} are not as agreed`);
  return { kind, params } as unknown as Action;
}

/** `Date` reads the 31st of February as a day of March; whoever writes that means something else. */
function isRealInstant(instant: string): boolean {
  const at = new Date(instant);
  return !Number.isNaN(at.getTime()) && at.toISOString() === instant;
}
