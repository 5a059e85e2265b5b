import { type BeforeApplicationShutdown, Inject, Injectable } from "@nestjs/common";
import type { ProvisioningStepName } from "@pulsekeep/contracts/api/workers";
import { WORKFLOW_PATH } from "@pulsekeep/worker";
import { ENV, type Env } from "../../env.js";
import type { Tenant } from "../../platform/database.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { PulsesService } from "../pulses/pulses.service.js";
import type { ConsentToken } from "./consent-token.js";
import { GitHubClient } from "./github-client.js";
import { GitHubConsent } from "./github-consent.js";
import { GitHubError } from "./github-error.js";
import { ProvisioningService, type WorkerRow } from "./provisioning.service.js";
import { MovesService } from "./moves.service.js";
import {
  commitFiles,
  DEFAULT_REPOSITORY_NAME,
  ensureRepository,
  findBoundRepository,
  putSecrets,
  readOwner,
  type Repository,
  wakeWorkflow,
} from "./repository-steps.js";
import { WorkerRootsService } from "./worker-roots.service.js";

/** With the time to end the consent, at most a minute. */
const STEPS_TIMEOUT_MS = 38_000;

type Subject = Tenant & { userId: string; provisioningId: string; workerId: string };

/**
 * Does the steps at GitHub with a consent token, and ends the consent on every path. The token lives in this
 * call's arguments and nowhere else.
 */
@Injectable()
export class Provisioner implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    @Inject(ProvisioningService) private readonly record: ProvisioningService,
    @Inject(GitHubConsent) private readonly consent: GitHubConsent,
    @Inject(WorkerRootsService) private readonly roots: WorkerRootsService,
    @Inject(MovesService) private readonly moves: MovesService,
    @Inject(PulsesService) private readonly pulses: PulsesService,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Goes on in the background: exchanges the code and provisions. Whatever happens is on the page. */
  begin(subject: Subject, answer: { code: string; verifier: string }): void {
    const work = this.provision(subject, answer)
      .catch((error: unknown) =>
        this.logger.error(
          { err: error, provisioningId: subject.provisioningId },
          "provisioning was not recorded",
        ),
      )
      .finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  }

  /** Whoever stops the process gets the tokens ended first. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.underWay);
  }

  private async provision(subject: Subject, answer: { code: string; verifier: string }): Promise<void> {
    let consent: { token: ConsentToken; sufficient: boolean };
    try {
      await this.record.beginStep(subject, subject.provisioningId, "consent");
      consent = await this.consent.exchangeCode(answer);
    } catch (error) {
      return this.fail(subject, error);
    }
    const failure = await this.useToken(subject, consent);
    // Before anything is written: the database may be what failed, and the token must end all the same.
    const revoked = await this.consent.endGrant(consent.token);
    if (!revoked)
      this.logger.error(
        { provisioningId: subject.provisioningId },
        "GitHub did not confirm the end of a consent",
      );
    // First the end of the consent: who sees the failure may ask for the next one at once.
    await this.record.recordRevocation(subject, subject.provisioningId, revoked);
    if (failure !== undefined) await this.fail(subject, failure);
    if (failure === undefined) await this.record.awaitVerification(subject, subject.provisioningId);
  }

  /** What it failed on, if it did; never throws. */
  private async useToken(
    subject: Subject,
    { token, sufficient }: { token: ConsentToken; sufficient: boolean },
  ): Promise<unknown> {
    const ended = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(STEPS_TIMEOUT_MS)]);
    try {
      if (!sufficient) throw new GitHubError("consent_scope_missing");
      await this.record.endStep(subject, subject.provisioningId, { name: "consent" });
      await this.setUp(subject, new GitHubClient({ apiUrl: this.env.GITHUB_API_URL, token, ended }));
      return undefined;
    } catch (error) {
      return error ?? new Error("failed on nothing");
    }
  }

  private async setUp(subject: Subject, github: GitHubClient): Promise<void> {
    const plan = await this.record.getPlan(subject, subject);
    const { purpose } = plan.row;
    const repository = await this.step(subject, "repository", () => this.findRepository(github, plan));
    if (purpose !== "rotate")
      await this.step(subject, "files", async () => {
        const sha = await commitFiles(github, repository, {
          cronMinute: plan.worker.cronMinute,
          serverUrl: this.env.PULSEKEEP_PUBLIC_URL,
        });
        const found = { workflowSha: sha };
        return { result: null, facts: { commit: sha }, ...place(purpose, found) };
      });
    await this.step(subject, "secrets", async () => {
      const { clientId, handshakeSecretPlain } = await this.roots.openForRepository(
        subject,
        subject.workerId,
        { next: purpose !== "create" },
      );
      await putSecrets(github, repository, {
        KEEPSTREAK_CLIENT_ID: clientId,
        HANDSHAKE_SECRET: handshakeSecretPlain,
      });
      if (purpose === "move") await this.moves.moveToTarget(subject, subject.provisioningId);
      return {
        result: null,
        facts: { names: "KEEPSTREAK_CLIENT_ID, HANDSHAKE_SECRET" },
        ...(purpose === "create" ? { worker: { state: "verifying" as const } } : {}),
      };
    });
    await this.step(subject, "wake", async () => {
      // A rotation is over with the first proof by the new root; what changes its place answers a signal.
      if (purpose !== "rotate") await this.pulses.queueVerify(subject, subject.workerId);
      await wakeWorkflow(github, repository);
      return { result: null, facts: { workflow: WORKFLOW_PATH } };
    });
  }

  private async findRepository(
    github: GitHubClient,
    { row, worker, othersRepositoryIds }: Plan,
  ): Promise<Done<Repository>> {
    const owner = await readOwner(github);
    const bound = findBinding(worker);
    if (row.purpose === "rotate" && bound) {
      const result = await findBoundRepository(github, owner, bound);
      return { result, facts: { repository: result.fullName, made: "found" } };
    }
    const result = await ensureRepository(github, owner, {
      name: row.repositoryName ?? DEFAULT_REPOSITORY_NAME,
      knownIds: [row.target?.repositoryId, worker.repositoryId].filter((id) => typeof id === "number"),
      since: row.purpose === "create" ? worker.createdAt : row.createdAt,
      takenIds: [...othersRepositoryIds, ...findLeft(row, worker)],
    });
    const { fullName, defaultBranch } = result;
    const binding = {
      repositoryId: result.id,
      repositoryOwnerId: result.ownerId,
      repositoryFullName: fullName,
      defaultBranch,
      workflowRef: `${fullName}/${WORKFLOW_PATH}@refs/heads/${defaultBranch}`,
      authorName: owner.authorName,
      authorEmail: owner.authorEmail,
    };
    return {
      result,
      facts: {
        repository: fullName,
        visibility: "private",
        made: result.created ? "created" : "adopted",
      },
      ...place(row.purpose, binding),
    };
  }

  private async step<T>(
    subject: Subject,
    name: ProvisioningStepName,
    work: () => Promise<Done<T>>,
  ): Promise<T> {
    await this.record.beginStep(subject, subject.provisioningId, name);
    const { result, ...end } = await work();
    await this.record.endStep(subject, subject.provisioningId, { name, ...end });
    return result;
  }

  private async fail(subject: Subject, error: unknown): Promise<void> {
    const known = error instanceof GitHubError ? error : undefined;
    this.logger[known ? "warn" : "error"](
      { err: error, provisioningId: subject.provisioningId },
      "provisioning failed",
    );
    await this.record.fail(subject, subject.provisioningId, {
      errorCode: known?.code ?? "internal",
      errorFacts: known?.facts ?? {},
    });
  }
}

type Plan = Awaited<ReturnType<ProvisioningService["getPlan"]>>;
type Done<T> = { result: T; facts: Record<string, string> } & Partial<Found>;
type Found = { worker: Partial<WorkerRow>; target: Partial<NonNullable<Plan["row"]["target"]>> };

/** A worker that works goes on in its repository until the new one holds its secrets. */
const place = (purpose: Plan["row"]["purpose"], found: Found["target"]): Partial<Found> =>
  purpose === "create" ? { worker: found } : { target: found };

/** A worker that moves may not come back to where it is: that would be no move. An earlier attempt may have moved it. */
const findLeft = ({ purpose, target }: Plan["row"], { repositoryId }: WorkerRow): number[] =>
  purpose === "move" && repositoryId !== null && repositoryId !== target?.repositoryId ? [repositoryId] : [];

const findBinding = ({ repositoryId, repositoryOwnerId, repositoryFullName }: WorkerRow) =>
  repositoryId === null || repositoryOwnerId === null || repositoryFullName === null
    ? undefined
    : { id: repositoryId, ownerId: repositoryOwnerId, fullName: repositoryFullName };
