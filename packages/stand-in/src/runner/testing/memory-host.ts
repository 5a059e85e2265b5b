import type {
  JobPermissions,
  OidcJobContext,
  RunnerHost,
  RunnerRepository,
  ScheduleFault,
  ScheduleOccurrence,
  WorkflowRunRecord,
  WorkflowState,
} from "../runner-host.js";

/** A host for the runner's tests that keeps everything in memory; one repository, one branch. */
export class MemoryHost implements RunnerHost {
  serverUrl = "http://localhost:1";
  apiUrl = "http://localhost:1/api";
  readonly repository: RunnerRepository = {
    id: 7001,
    owner: "alice",
    ownerId: 501,
    name: "pulse",
    defaultBranch: "main",
    visibility: "private",
  };
  sha = "1".repeat(40);
  files: Record<string, string> = {};
  secrets: Record<string, string> = {};
  state: WorkflowState = "active";
  fault: ((occurrence: ScheduleOccurrence) => ScheduleFault | undefined) | undefined;
  readonly runs = new Map<number, WorkflowRunRecord>();
  readonly tokens = new Map<string, { permissions: JobPermissions; live: boolean }>();
  readonly oidc = new Map<string, { context: OidcJobContext; live: boolean }>();
  private readonly logs = new Map<number, string>();
  private nextRunId = 9_000_000_001;
  private nextToken = 1;

  /** Puts a workflow file on the default branch, which moves. */
  commit(path: string, source: string): void {
    this.files = { ...this.files, [path]: source };
    this.sha = (BigInt(`0x${this.sha}`) + 1n).toString(16).padStart(40, "0");
  }

  getRun(id: number): WorkflowRunRecord {
    const run = this.runs.get(id);
    if (run === undefined) throw new Error(`No run ${id}`);
    return run;
  }

  logOf(id: number): string {
    return this.logs.get(id) ?? "";
  }

  async listRepositories() {
    return [this.repository];
  }

  async findRepository() {
    return this.repository;
  }

  async findHeadSha(_repository: RunnerRepository, branch: string) {
    return branch === "main" ? this.sha : undefined;
  }

  async listFiles(_repository: RunnerRepository, { directory }: { directory: string }) {
    return Object.keys(this.files).filter((path) => path.startsWith(`${directory}/`));
  }

  async findFile(_repository: RunnerRepository, { path }: { path: string }) {
    return this.files[path];
  }

  async getWorkflowState() {
    return this.state;
  }

  async listSecrets() {
    return this.secrets;
  }

  async allocateRun() {
    const id = this.nextRunId;
    this.nextRunId += 1;
    return { id, workflowId: 42, runNumber: this.runs.size + 1 };
  }

  async recordRun(run: WorkflowRunRecord) {
    this.runs.set(run.id, run);
  }

  async recordLog({ runId, text }: { runId: number; text: string }) {
    this.logs.set(runId, this.logOf(runId) + text);
  }

  async mintJobToken({ permissions }: { permissions: JobPermissions }) {
    const tokenPlain = `ghs_memory${String(this.nextToken).padStart(26, "0")}`;
    this.nextToken += 1;
    this.tokens.set(tokenPlain, { permissions, live: true });
    return { tokenPlain };
  }

  async revokeJobToken(tokenPlain: string) {
    const token = this.tokens.get(tokenPlain);
    if (token !== undefined) token.live = false;
  }

  async openOidcRequest(context: OidcJobContext) {
    const requestTokenPlain = `oidc-request-${this.oidc.size + 1}-abcdef`;
    this.oidc.set(requestTokenPlain, { context, live: true });
    return { requestUrl: "http://localhost:1/oidc/token?api-version=2.0", requestTokenPlain };
  }

  async closeOidcRequest(requestTokenPlain: string) {
    const request = this.oidc.get(requestTokenPlain);
    if (request !== undefined) request.live = false;
  }

  scheduleFault(occurrence: ScheduleOccurrence) {
    return this.fault?.(occurrence);
  }
}
