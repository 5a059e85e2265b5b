import { z } from "zod";

/** Longest `POST /v1/worker/claim` may wait for work, in seconds. */
export const MAX_CLAIM_WAIT_SECONDS = 25;
/** Most runs that one claim takes. */
export const MAX_CLAIM_RUNS = 10;

const SECRET = /gh[pousr]_|github_pat_|eyJ[A-Za-z0-9_-]{8}/;
const CONTROL = /\p{Cc}/u;

const uuid = z.uuid();
const instant = z.iso.datetime({ precision: 3 });
const randomId = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/);
const commitSha = z.string().regex(/^[0-9a-f]{40}$/);
const version = z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/);
const fence = z.int().positive();

/** Text that a worker may send: one line, and nothing that looks like a credential. */
const redactedText = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !CONTROL.test(text), "control character")
    .refine((text) => !SECRET.test(text), "looks like a credential");

const owner = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/);
const repo = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/);
const branch = z
  .string()
  .max(200)
  .regex(/^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.))(?!.*(?:\/|\.|\.lock)$)[A-Za-z0-9._/-]+$/);
/** A text file that nothing executes: no segment begins with a dot, and only these endings. */
const dataPath = z
  .string()
  .max(200)
  .regex(/^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)+[A-Za-z0-9_][A-Za-z0-9._-]*\.(?:md|txt|log|csv|json)$/);
/** The file name of a workflow below `.github/workflows`. */
export const workflowFileSchema = z.string().regex(/^(?!\.)[A-Za-z0-9._-]{1,100}\.ya?ml$/);

// --- what a signal asks for ---------------------------------------------------------------------------------

/** Proves that handshake, OIDC, allow-list and report work; changes nothing. */
export const verifyParamsSchema = z.strictObject({}).meta({ id: "VerifyParams" });

/**
 * One commit of one text file in the worker's data folder. `message` has no trailers: the worker adds `Pulse-Run`, its mark against doing
 * it twice. Author and committer are `author` at `authoredAt` (at most 7 days ago), written with the offset of
 * `timeZone` (IANA).
 */
export const commitParamsSchema = z
  .strictObject({
    owner,
    repo,
    branch,
    path: dataPath,
    mode: z.enum(["append", "replace"]),
    content: z.string().max(16_384),
    // A trailer of another run in here would make that run look done.
    message: z
      .string()
      .max(2_000)
      .regex(/^(?!.*^Pulse-Run:)(?:[^\p{Cc}]|\n)+$/msu),
    author: z.strictObject({
      name: z.string().regex(/^[^<>\p{Cc}]{1,100}$/u),
      email: z.string().regex(/^[^<>@\s]{1,100}@[^<>@\s]{1,150}$/),
    }),
    authoredAt: instant,
    timeZone: z.string().regex(/^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+){0,2}$/),
  })
  .meta({ id: "CommitParams" });

/** Enables those of the named workflows that GitHub disabled for inactivity; no commit. */
export const keepaliveParamsSchema = z
  .strictObject({ owner, repo, workflows: z.array(workflowFileSchema).min(1).max(20) })
  .meta({ id: "KeepaliveParams" });

/**
 * The input by which a dispatched workflow can be found again: a worker whose `allow.json` names it fills it with
 * the run's id, and the workflow shows it in its `run-name`. Nobody else may give it.
 */
export const RUN_INPUT = "keepstreak_run";

/** Inputs of a workflow, as GitHub takes them. */
export const workflowInputsSchema = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/), z.string().max(1_000))
  .refine((inputs) => Object.keys(inputs).length <= 24, "at most 24 inputs")
  .refine((inputs) => !Object.hasOwn(inputs, RUN_INPUT), "only the worker gives this input");

/** Starts a workflow on the default branch. */
export const dispatchParamsSchema = z
  .strictObject({ owner, repo, workflow: workflowFileSchema, inputs: workflowInputsSchema })
  .meta({ id: "DispatchParams" });

/**
 * Starts the project's rollback workflow on the default branch, with the inputs `environment`, `deployment_id` and
 * `expected_sha`, and no other.
 */
export const rollbackParamsSchema = z
  .strictObject({
    owner,
    repo,
    workflow: workflowFileSchema,
    environment: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}$/),
    deploymentId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    /**
     * The commit that is to be taken back. One that is not in the default branch's history means that the
     * rollback is out of date; whether it is what runs now, the workflow itself has to look.
     */
    expectedSha: commitSha,
  })
  .meta({ id: "RollbackParams" });

/** A text and its Ed25519 signatures in base64url; what they vouch for is the signing package's to say. */
const signedText = z.strictObject({
  text: z.string().max(4_096),
  signatures: z.array(z.string().max(128)).max(4),
});

/** A release manifest, and the replacements of the keys that sign releases, oldest first. */
export const updateParamsSchema = z
  .strictObject({ manifest: signedText, roots: z.array(signedText).max(8) })
  .meta({ id: "UpdateParams" });

/** What a signal carries as `kind` and `params`. */
export const pulseActionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("verify"), params: verifyParamsSchema }),
  z.strictObject({ kind: z.literal("commit"), params: commitParamsSchema }),
  z.strictObject({ kind: z.literal("keepalive"), params: keepaliveParamsSchema }),
  z.strictObject({ kind: z.literal("dispatch"), params: dispatchParamsSchema }),
  z.strictObject({ kind: z.literal("rollback"), params: rollbackParamsSchema }),
  z.strictObject({ kind: z.literal("update"), params: updateParamsSchema }),
]);

export const pulseKindSchema = z.enum(["verify", "commit", "keepalive", "dispatch", "rollback", "update"]);

// --- POST /v1/worker/hello ----------------------------------------------------------------------------------

/**
 * Facts about where the worker runs. They are its own word, for display: what is trusted comes from the OIDC
 * token in `Authorization`, whose numeric ids the server binds while the worker is still to be verified.
 */
export const runnerFactsSchema = z
  .strictObject({
    kind: z.enum(["actions", "resident"]),
    repository: z.string().max(140).nullable(),
    runId: z
      .string()
      .regex(/^\d{1,20}$/)
      .nullable(),
    runAttempt: z.int().positive().nullable(),
    wokenBy: redactedText(40).nullable(),
    workflowSha: commitSha.nullable(),
    os: redactedText(40),
    nodeVersion: z
      .string()
      .regex(/^v\d{1,3}\.\d{1,3}\.\d{1,3}/)
      .max(40),
  })
  .meta({ id: "RunnerFacts" });

export const helloRequestSchema = z
  .strictObject({ workerVersion: version, runner: runnerFactsSchema })
  .meta({ id: "WorkerHelloRequest" });

export const workerReleaseSchema = z
  .strictObject({ version, sha256: z.string().regex(/^[0-9a-f]{64}$/) })
  .meta({ id: "WorkerRelease" });

export const helloResponseSchema = z
  .strictObject({
    sessionId: randomId,
    expiresAt: instant,
    serverTime: instant,
    /** Null for a worker that its user's own scheduler wakes. */
    nextCheckInSeconds: z.int().nonnegative().nullable(),
    /** The newest release, when it is not the one that said hello. */
    release: workerReleaseSchema.nullable(),
  })
  .meta({ id: "WorkerHelloResponse" });

// --- POST /v1/worker/claim ----------------------------------------------------------------------------------

/** `claimId` is drawn by the worker; repeating it gives the same runs, signed anew. */
export const claimRequestSchema = z
  .strictObject({
    claimId: randomId,
    max: z.int().min(1).max(MAX_CLAIM_RUNS),
    waitSeconds: z.int().min(0).max(MAX_CLAIM_WAIT_SECONDS),
  })
  .meta({ id: "WorkerClaimRequest" });

/** A run under lease. `fence` grows with every claim of the run and goes back in the report. */
export const claimedRunSchema = z
  .strictObject({ runId: uuid, fence, leaseExpiresAt: instant, signal: z.string().max(262_144) })
  .meta({ id: "ClaimedRun" });

export const claimResponseSchema = z
  .strictObject({
    claimId: randomId,
    serverTime: instant,
    nextCheckInSeconds: z.int().nonnegative(),
    runs: z.array(claimedRunSchema).max(MAX_CLAIM_RUNS),
  })
  .meta({ id: "WorkerClaimResponse" });

// --- POST /v1/worker/report ---------------------------------------------------------------------------------

/** Stable reasons of a refusal or failure. The detail beside it is for people. */
export const reasonCodeSchema = z.enum([
  "signal_refused",
  "signal_replayed",
  "signal_expired",
  "stale_order",
  "invalid_params",
  "unsupported_kind",
  "not_allowed",
  "allow_list_unreadable",
  "daily_cap_reached",
  "target_not_found",
  "target_denied",
  "branch_moved",
  "rate_limited",
  "github_unavailable",
  "release_refused",
  "worker_fault",
]);

const reason = z.strictObject({ code: reasonCodeSchema, detail: redactedText(300) });

/** What a `verify` run found out. */
export const verifyFactsSchema = z
  .strictObject({
    repositoryId: z.int().positive(),
    ownerId: z.int().positive(),
    isPrivate: z.boolean(),
    defaultBranch: z.string().max(200),
    allowedKinds: z.array(pulseKindSchema).max(10),
  })
  .meta({ id: "VerifyFacts" });

/**
 * How a run ended. `failed`: another try may help (a late signal counts as that). `unknown`: it could not be
 * found out whether the effect happened; a person decides. `refused`: the worker would not do it, and trying
 * again changes nothing.
 */
export const runOutcomeSchema = z
  .discriminatedUnion("outcome", [
    z.strictObject({
      outcome: z.literal("succeeded"),
      commitSha: commitSha.nullable(),
      facts: verifyFactsSchema.nullable(),
    }),
    z.strictObject({ outcome: z.literal("already_done"), commitSha: commitSha.nullable() }),
    z.strictObject({ outcome: z.literal("failed"), reason }),
    z.strictObject({ outcome: z.literal("unknown"), reason }),
    z.strictObject({ outcome: z.literal("refused"), reason }),
  ])
  .meta({ id: "RunOutcome" });

/** Idempotent: the same report again gives the same answer. `signalId` is null when the signal did not open. */
export const reportRequestSchema = z
  .strictObject({
    runId: uuid,
    fence,
    signalId: randomId.nullable(),
    startedAt: instant,
    finishedAt: instant,
    result: runOutcomeSchema,
  })
  .meta({ id: "WorkerReportRequest" });

export const reportResponseSchema = z
  .strictObject({
    runId: uuid,
    state: z.enum(["queued", "succeeded", "failed", "unknown", "missed", "cancelled", "skipped"]),
    serverTime: instant,
  })
  .meta({ id: "WorkerReportResponse" });

// --- POST /v1/worker/heartbeat ------------------------------------------------------------------------------

/** Extends the leases of claimed runs whose effect takes its time. A signal is never extended. */
export const heartbeatRequestSchema = z
  .strictObject({
    runs: z
      .array(z.strictObject({ runId: uuid, fence }))
      .min(1)
      .max(MAX_CLAIM_RUNS),
  })
  .meta({ id: "WorkerHeartbeatRequest" });

/** What is not among `held` may be somebody else's by now: the worker stops before its next step. */
export const heartbeatResponseSchema = z
  .strictObject({
    held: z.array(z.strictObject({ runId: uuid, leaseExpiresAt: instant })).max(MAX_CLAIM_RUNS),
    serverTime: instant,
  })
  .meta({ id: "WorkerHeartbeatResponse" });

// --- POST /v1/worker/release --------------------------------------------------------------------------------

/** Gives back claims that the worker will not finish. */
export const releaseRequestSchema = z
  .strictObject({
    runs: z
      .array(z.strictObject({ runId: uuid, fence }))
      .min(1)
      .max(MAX_CLAIM_RUNS),
  })
  .meta({ id: "WorkerReleaseRequest" });

export const releaseResponseSchema = z
  .strictObject({ releasedRunIds: z.array(uuid).max(MAX_CLAIM_RUNS), serverTime: instant })
  .meta({ id: "WorkerReleaseResponse" });

// --- errors -------------------------------------------------------------------------------------------------

/**
 * Codes of problem answers on `/v1/worker/*`, with their status. Every refusal of a proof has the one code
 * `proof_refused`; the precise reason is for the server's log.
 */
export const WORKER_ERROR_STATUS = {
  invalid_body: 422,
  proof_refused: 401,
  runner_token_refused: 401,
  session_expired: 401,
  worker_disabled: 403,
  run_not_found: 404,
  stale_claim: 409,
  rate_limited: 429,
} as const;

export type WorkerErrorCode = keyof typeof WORKER_ERROR_STATUS;

export type VerifyParams = z.infer<typeof verifyParamsSchema>;
export type CommitParams = z.infer<typeof commitParamsSchema>;
export type KeepaliveParams = z.infer<typeof keepaliveParamsSchema>;
export type DispatchParams = z.infer<typeof dispatchParamsSchema>;
export type RollbackParams = z.infer<typeof rollbackParamsSchema>;
export type UpdateParams = z.infer<typeof updateParamsSchema>;
export type PulseAction = z.infer<typeof pulseActionSchema>;
export type PulseKind = z.infer<typeof pulseKindSchema>;
export type RunnerFacts = z.infer<typeof runnerFactsSchema>;
export type HelloRequest = z.infer<typeof helloRequestSchema>;
export type HelloResponse = z.infer<typeof helloResponseSchema>;
export type WorkerRelease = z.infer<typeof workerReleaseSchema>;
export type ClaimRequest = z.infer<typeof claimRequestSchema>;
export type ClaimedRun = z.infer<typeof claimedRunSchema>;
export type ClaimResponse = z.infer<typeof claimResponseSchema>;
export type ReasonCode = z.infer<typeof reasonCodeSchema>;
export type VerifyFacts = z.infer<typeof verifyFactsSchema>;
export type RunOutcome = z.infer<typeof runOutcomeSchema>;
export type ReportRequest = z.infer<typeof reportRequestSchema>;
export type ReportResponse = z.infer<typeof reportResponseSchema>;
export type HeartbeatRequest = z.infer<typeof heartbeatRequestSchema>;
export type HeartbeatResponse = z.infer<typeof heartbeatResponseSchema>;
export type ReleaseRequest = z.infer<typeof releaseRequestSchema>;
export type ReleaseResponse = z.infer<typeof releaseResponseSchema>;
