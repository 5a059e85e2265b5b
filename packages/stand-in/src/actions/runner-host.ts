import type { StandInContext } from "../context.js";
import type { GitRepository } from "../git/git-repository.js";
import { ID_TOKEN_PATH } from "../oidc/oidc-routes.js";
import { openSealedBox } from "../rest/sealed-box.js";
import type {
  RunnerHost,
  RunnerRepository,
  ScheduleFault,
  ScheduleOccurrence,
  WorkflowRunRecord,
} from "../runner/runner-host.js";
import type { Repository } from "../store/repository-store.js";

/** A job's token lives until its job ends, at most six hours plus some slack. */
const JOB_TOKEN_LIFETIME_MS = 6.5 * 3_600_000;

/** What the runner sees of the server around it. */
export function createRunnerHost(context: StandInContext): RunnerHost {
  const { store, urls } = context;
  const open = (repository: RunnerRepository): GitRepository =>
    context.git.open(store.repositories.getById(repository.id));

  return {
    serverUrl: urls.web,
    apiUrl: urls.api,
    listRepositories: () =>
      Promise.all(store.repositories.listAll().map((repository) => toRunnerRepository(context, repository))),
    findRepository: async (owner, name) => {
      const repository = store.repositories.find(owner, name);
      return repository && toRunnerRepository(context, repository);
    },
    findHeadSha: (repository, branch) => open(repository).findBranchHead(branch),
    listFiles: async (repository, { sha, directory }) => {
      const git = open(repository);
      const entry = await git.findEntry(sha, directory);
      if (entry?.type !== "tree") return [];
      const children = await git.listEntries(entry.sha);
      return children.filter(({ type }) => type === "blob").map(({ path }) => `${directory}/${path}`);
    },
    findFile: async (repository, { sha, path }) => {
      const git = open(repository);
      const entry = await git.findEntry(sha, path);
      return entry?.type === "blob" ? (await git.readObject(entry.sha, "blob")).toString() : undefined;
    },
    getWorkflowState: async ({ repository, path }) => store.workflows.ensure(repository.id, path).state,
    listSecrets: (repository) => listSecrets(context, repository.id),
    allocateRun: async ({ repository, path }) => {
      const workflow = store.workflows.ensure(repository.id, path);
      return {
        id: store.runs.nextId(),
        workflowId: workflow.id,
        runNumber: store.workflows.nextRunNumber(workflow.id),
      };
    },
    recordRun: async (run) => recordRun(context, run),
    recordLog: async ({ runId, jobNumber, text }) => {
      if (store.runs.has(runId)) store.runs.appendLog(runId, { jobNumber, text });
    },
    mintJobToken: async ({ repository, runId, permissions }) =>
      store.tokens.create({
        kind: "job",
        repositoryId: repository.id,
        runId,
        permissions,
        expiresInMs: JOB_TOKEN_LIFETIME_MS,
      }),
    revokeJobToken: async (tokenPlain) => {
      store.tokens.revoke(tokenPlain);
    },
    openOidcRequest: async (job) => ({
      requestUrl: `${urls.web}${ID_TOKEN_PATH}/${job.runId}?api-version=2.0`,
      requestTokenPlain: context.oidc.openRequest(job).requestTokenPlain,
    }),
    closeOidcRequest: async (requestTokenPlain) => context.oidc.closeRequest(requestTokenPlain),
    scheduleFault: (occurrence) => takeScheduleFault(context, occurrence),
  };
}

export async function toRunnerRepository(
  context: StandInContext,
  repository: Repository,
): Promise<RunnerRepository> {
  return {
    id: repository.id,
    owner: repository.owner,
    ownerId: repository.ownerId,
    name: repository.name,
    defaultBranch: await context.git.open(repository).getDefaultBranch(),
    visibility: repository.private ? "private" : "public",
  };
}

function recordRun(context: StandInContext, run: WorkflowRunRecord): void {
  const { store, faults, now } = context;
  const repository = store.repositories.findById(run.repositoryId);
  // Deleted while the run went on: its record went with it.
  if (!repository) return;
  const isNew = !store.runs.has(run.id);
  const fault = isNew
    ? faults.takeForActions(["run_listed_late"], `${repository.owner}/${repository.name}`)
    : undefined;
  store.runs.put(run, now() + (fault?.delayMs ?? 0));
}

async function listSecrets(context: StandInContext, repositoryId: number): Promise<Record<string, string>> {
  const keys = context.store.repositories.getKeys(repositoryId);
  const opened: Record<string, string> = {};
  for (const secret of context.store.secrets.listAll(repositoryId)) {
    const value = await openSealedBox(secret.valueSealed, keys);
    if (value !== undefined) opened[secret.name] = value;
  }
  return opened;
}

function takeScheduleFault(
  context: StandInContext,
  occurrence: ScheduleOccurrence,
): ScheduleFault | undefined {
  const { owner, name } = occurrence.repository;
  const fault = context.faults.takeForActions(["schedule_dropped", "schedule_late"], `${owner}/${name}`);
  if (!fault) return undefined;
  if (fault.kind === "schedule_dropped") return { kind: "dropped" };
  return { kind: "late", delayMs: fault.delayMs ?? 3_600_000 };
}
