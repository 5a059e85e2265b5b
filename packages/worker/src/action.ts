import type {
  CommitParams,
  KeepaliveParams,
  ReasonCode,
  VerifyParams,
} from "@pulsekeep/contracts/worker-protocol";
import { isPlainObject, type Signal } from "@pulsekeep/signing";

/** What this release can do; the other kinds of the protocol are refused. */
export type Action =
  | { kind: "verify"; params: VerifyParams }
  | { kind: "commit"; params: CommitParams }
  | { kind: "keepalive"; params: KeepaliveParams };

export type ParsedAction = { ok: true; action: Action } | { ok: false; code: ReasonCode; detail: string };

type Check = (value: unknown) => boolean;

const text = (pattern: RegExp, max: number): Check => {
  return (value) => typeof value === "string" && value.length <= max && pattern.test(value);
};

// The same rules as in the contract's schemas, by hand: the schema library would be twenty times this script.
const OWNER = text(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/, 39);
const REPO = text(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/, 100);
const COMMIT: Record<keyof CommitParams, Check> = {
  owner: OWNER,
  repo: REPO,
  branch: text(/^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.))(?!.*(?:\/|\.|\.lock)$)[A-Za-z0-9._/-]+$/, 200),
  path: text(/^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)+[A-Za-z0-9_][A-Za-z0-9._-]*\.(?:md|txt|log|csv|json)$/, 200),
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
  workflows: (value) =>
    Array.isArray(value) && value.length >= 1 && value.length <= 20 && value.every(WORKFLOW),
};

/** Reads what a signal asks for; refuses kinds that this release cannot do and parameters that it does not know. */
export function parseAction({ kind, params }: Pick<Signal, "kind" | "params">): ParsedAction {
  switch (kind) {
    case "verify":
      return hasShape(params, {}) ? { ok: true, action: { kind, params: {} } } : invalid(kind);
    case "commit":
      return hasShape<CommitParams>(params, COMMIT) ? { ok: true, action: { kind, params } } : invalid(kind);
    case "keepalive":
      return hasShape<KeepaliveParams>(params, KEEPALIVE)
        ? { ok: true, action: { kind, params } }
        : invalid(kind);
    default:
      return { ok: false, code: "unsupported_kind", detail: "this release of the worker cannot do that" };
  }
}

function invalid(kind: string): ParsedAction {
  return { ok: false, code: "invalid_params", detail: `the parameters of ${kind} are not as agreed` };
}

function hasShape<Shape extends object>(
  value: unknown,
  checks: Record<keyof Shape & string, Check>,
): value is Shape {
  if (!isPlainObject(value)) return false;
  const names = Object.keys(checks) as (keyof Shape & string)[];
  return (
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name) && checks[name](value[name]))
  );
}

/** `Date` reads the 31st of February as a day of March; whoever writes that means something else. */
function isRealInstant(instant: string): boolean {
  const at = new Date(instant);
  return !Number.isNaN(at.getTime()) && at.toISOString() === instant;
}
