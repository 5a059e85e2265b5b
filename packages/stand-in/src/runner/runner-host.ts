/** Everything the runner needs from the server around it, and what it offers in return. */

/** A repository as the runner sees it; ids are GitHub's numeric ones, which survive renames. */
export interface RunnerRepository {
  readonly id: number;
  readonly owner: string;
  readonly ownerId: number;
  readonly name: string;
  /** Branch name without `refs/heads/`. */
  readonly defaultBranch: string;
  readonly visibility: "public" | "private" | "internal";
}

export type WorkflowEvent = "workflow_dispatch" | "repository_dispatch" | "schedule" | "push";
export type RunStatus = "queued" | "in_progress" | "completed";
export type RunConclusion = "success" | "failure" | "cancelled" | "skipped" | "timed_out";
export type WorkflowState = "active" | "disabled_manually" | "disabled_inactivity";
export type PermissionLevel = "read" | "write" | "none";
/** Scope name as in a workflow file (`contents`, `actions`, `id-token`, ...) to its level. */
export type JobPermissions = Readonly<Record<string, PermissionLevel>>;

export interface StepRecord {
  readonly number: number;
  readonly name: string;
  readonly status: RunStatus;
  readonly conclusion: RunConclusion | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
}

export interface JobRecord {
  /** Position in the run from 1; GitHub's numeric job id is the server's to derive. */
  readonly number: number;
  readonly key: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly conclusion: RunConclusion | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly steps: readonly StepRecord[];
}

/** https://docs.github.com/en/rest/actions/workflow-runs: the fields that a listing shows. Instants are ISO 8601 with Z. */
export interface WorkflowRunRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly workflowId: number;
  readonly runNumber: number;
  readonly runAttempt: number;
  /** The workflow's `name`, or its path when it has none. */
  readonly name: string;
  /** `run-name` evaluated, else what GitHub shows for the event. */
  readonly displayTitle: string;
  readonly event: WorkflowEvent;
  readonly status: RunStatus;
  readonly conclusion: RunConclusion | null;
  readonly headBranch: string;
  readonly headSha: string;
  /** `.github/workflows/x.yml` */
  readonly path: string;
  readonly actor: RunnerActor;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly updatedAt: string;
  readonly jobs: readonly JobRecord[];
}

export interface RunnerActor {
  readonly login: string;
  readonly id: number;
}

/** What a job's OIDC token states; the server adds `iss`, `aud`, `sub`, `jti` and times. */
export interface OidcJobContext {
  readonly repository: RunnerRepository;
  readonly ref: string;
  readonly sha: string;
  readonly workflow: string;
  /** `owner/name/.github/workflows/x.yml@refs/heads/main` */
  readonly workflowRef: string;
  readonly workflowSha: string;
  readonly runId: number;
  readonly runNumber: number;
  readonly runAttempt: number;
  readonly eventName: WorkflowEvent;
  readonly actor: RunnerActor;
  readonly runnerEnvironment: "github-hosted";
}

export interface OidcRequest {
  /** Already has a query string, as GitHub's has: callers append `&audience=`. */
  readonly requestUrl: string;
  readonly requestTokenPlain: string;
}

/** One occurrence of one cron line; `dueAt` is in schedule time (milliseconds since the epoch). */
export interface ScheduleOccurrence {
  readonly repository: RunnerRepository;
  readonly workflowPath: string;
  readonly cron: string;
  readonly dueAt: number;
}

export type ScheduleFault =
  | { readonly kind: "dropped" }
  /** `delayMs` is schedule time: it is compressed like the schedule itself. */
  | { readonly kind: "late"; readonly delayMs: number };

/** Where a workflow file sits; `path` is relative to the repository's root. */
export interface WorkflowAddress {
  readonly repository: RunnerRepository;
  readonly path: string;
}

export interface RunnerHost {
  /** Becomes `GITHUB_SERVER_URL`; git clones from `<serverUrl>/<owner>/<name>.git`. */
  readonly serverUrl: string;
  /** Becomes `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** Asked at every tick while schedules run: keep it and `findHeadSha` cheap. */
  listRepositories(): Promise<readonly RunnerRepository[]>;
  findRepository(owner: string, name: string): Promise<RunnerRepository | undefined>;
  /** Commit SHA of a branch (name without `refs/heads/`); undefined if there is no such branch. */
  findHeadSha(repository: RunnerRepository, branch: string): Promise<string | undefined>;
  /** Paths (from the root) of the files directly in `directory` at that commit; empty if it is missing. */
  listFiles(repository: RunnerRepository, at: { sha: string; directory: string }): Promise<readonly string[]>;
  findFile(repository: RunnerRepository, at: { sha: string; path: string }): Promise<string | undefined>;
  getWorkflowState(workflow: WorkflowAddress): Promise<WorkflowState>;
  /** Decrypted Actions secrets by name (upper case). */
  listSecrets(repository: RunnerRepository): Promise<Readonly<Record<string, string>>>;
  /** Actions variables (`vars`). */
  listVariables?(repository: RunnerRepository): Promise<Readonly<Record<string, string>>>;
  /** `id` is unique over all repositories, `runNumber` counts from 1 per workflow. */
  allocateRun(workflow: WorkflowAddress): Promise<{ id: number; workflowId: number; runNumber: number }>;
  /** Last write wins; called at every change of state of the run, its jobs and its steps. */
  recordRun(run: WorkflowRunRecord): Promise<void>;
  /** Masked already; appended in order. `jobNumber` 0 is the run itself (such as "Invalid workflow file"). */
  recordLog(entry: { runId: number; jobNumber: number; text: string }): Promise<void>;
  mintJobToken(job: {
    repository: RunnerRepository;
    runId: number;
    permissions: JobPermissions;
  }): Promise<{ tokenPlain: string }>;
  revokeJobToken(tokenPlain: string): Promise<void>;
  openOidcRequest(context: OidcJobContext): Promise<OidcRequest>;
  closeOidcRequest(requestTokenPlain: string): Promise<void>;
  /** Consulted once per occurrence of a schedule; undefined lets it run on time. */
  scheduleFault?(occurrence: ScheduleOccurrence): ScheduleFault | undefined;
}

export interface RunnerClock {
  /** Milliseconds since the epoch, of the real clock: tokens and time limits follow it. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function takes that back. */
  schedule(callback: () => void, delayMs: number): () => void;
}

export interface RunnerOptions {
  /** Schedule minutes per real minute (60: a real minute counts as an hour). Schedules only. Default 1. */
  readonly timeScale?: number;
  /** Created if missing; each job gets a directory below it that is removed afterwards. */
  readonly workDir: string;
  /** The user that steps run as; by default 65534 when the process is root, else its own. */
  readonly uid?: number;
  readonly gid?: number;
  /** `PATH` of the steps: put the directory of the Node that workflows should find first. */
  readonly toolPath: string;
  /** Default 2. */
  readonly maxConcurrentJobs?: number;
  /** Default: the system's. */
  readonly clock?: RunnerClock;
  /** How often schedules are looked at; default half a minute of schedule time, 5000 at most. */
  readonly tickMs?: number;
}

export interface DispatchRequest {
  readonly repository: RunnerRepository;
  readonly event: WorkflowEvent;
  /** Required for `workflow_dispatch` and `schedule`; without it every workflow that listens to the event runs. */
  readonly workflowPath?: string;
  /** Branch, with or without `refs/heads/`; default: the default branch. */
  readonly ref?: string;
  readonly actor: RunnerActor;
  /** `workflow_dispatch` */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** `repository_dispatch`: its `event_type` and `client_payload`. */
  readonly eventType?: string;
  readonly clientPayload?: Readonly<Record<string, unknown>>;
  /** `schedule`: the cron line. */
  readonly schedule?: string;
}

export type DispatchRefusal =
  | "workflow_not_found"
  | "workflow_disabled"
  | "ref_not_found"
  | "trigger_missing"
  | "inputs_invalid";

/** `message` is the text that GitHub's API answers with (404 for `workflow_not_found`, else 422). */
export type DispatchResult =
  | { readonly ok: true; readonly runs: readonly WorkflowRunRecord[] }
  | { readonly ok: false; readonly reason: DispatchRefusal; readonly message: string };

export interface Runner {
  /** Queues the runs and returns without waiting for them. */
  dispatch(request: DispatchRequest): Promise<DispatchResult>;
  /** Begins to follow schedules; `dispatch` works without it. */
  start(): void;
  /** Changes the speed of schedules from now on; runs in progress do not notice. Throws a RangeError unless above 0. */
  setTimeScale(timeScale: number): void;
  /** Ends schedules, cancels what runs and waits until every process is gone. */
  stop(): Promise<void>;
  /** False if no such run is queued or in progress. */
  cancel(runId: number): boolean;
  /** Resolves when nothing is queued or in progress. */
  whenIdle(): Promise<void>;
}
