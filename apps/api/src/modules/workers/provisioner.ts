import { Inject, Injectable } from "@nestjs/common";
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
import { commitFiles, ensureRepository, putSecrets, readOwner, wakeWorkflow } from "./repository-steps.js";

type Subject = Tenant & { provisioningId: string; workerId: string };

/**
 * Does the steps at GitHub with a consent token, and ends the consent on every path. The token lives in this
 * call's arguments and nowhere else.
 */
@Injectable()
export class Provisioner {
  constructor(
    @Inject(ProvisioningService) private readonly record: ProvisioningService,
    @Inject(GitHubConsent) private readonly consent: GitHubConsent,
    @Inject(PulsesService) private readonly pulses: PulsesService,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Exchanges the code and provisions. Never throws: whatever happens is on the page. */
  async provision(subject: Subject, answer: { code: string; verifier: string }): Promise<void> {
    try {
      await this.record.beginStep(subject, subject.provisioningId, "consent");
      const token = await this.consent.exchangeCode(answer);
      await this.record.endStep(subject, subject.provisioningId, { name: "consent" });
      await this.withToken(subject, token);
    } catch (error) {
      await this.fail(subject, error);
    }
  }

  private async withToken(subject: Subject, token: ConsentToken): Promise<void> {
    let failure: unknown;
    try {
      await this.setUp(subject, new GitHubClient(this.env.GITHUB_API_URL, token));
    } catch (error) {
      failure = error;
      await this.fail(subject, error);
    }
    await this.revoke(subject, token);
    if (failure === undefined) await this.record.awaitVerification(subject, subject.provisioningId);
  }

  private async setUp(subject: Subject, github: GitHubClient): Promise<void> {
    const worker = await this.record.getWorkerRow(subject, subject.workerId);
    const repository = await this.step(subject, "repository", async () => {
      const owner = await readOwner(github);
      const found = await ensureRepository(github, owner, worker);
      return {
        result: found,
        facts: {
          repository: found.fullName,
          visibility: "private",
          made: found.created ? "created" : "adopted",
        },
        worker: {
          repositoryId: found.id,
          repositoryOwnerId: found.ownerId,
          repositoryFullName: found.fullName,
          defaultBranch: found.defaultBranch,
          workflowRef: `${found.fullName}/${WORKFLOW_PATH}@refs/heads/${found.defaultBranch}`,
          authorName: owner.authorName,
          authorEmail: owner.authorEmail,
        },
      };
    });
    await this.step(subject, "files", async () => {
      const sha = await commitFiles(github, repository, {
        cronMinute: worker.cronMinute,
        serverUrl: this.env.PULSEKEEP_PUBLIC_URL,
      });
      return { result: sha, facts: { commit: sha }, worker: { workflowSha: sha } };
    });
    await this.step(subject, "secrets", async () => {
      const { clientId, handshakeSecretPlain } = await this.record.openSecrets(subject, subject.workerId);
      await putSecrets(github, repository, {
        KEEPSTREAK_CLIENT_ID: clientId,
        HANDSHAKE_SECRET: handshakeSecretPlain,
      });
      return {
        result: null,
        facts: { names: "KEEPSTREAK_CLIENT_ID, HANDSHAKE_SECRET" },
        worker: { state: "verifying" },
      };
    });
    await this.step(subject, "wake", async () => {
      await this.pulses.queueVerify(subject, subject.workerId);
      await wakeWorkflow(github, repository);
      return { result: null, facts: { workflow: WORKFLOW_PATH } };
    });
  }

  private async step<T>(
    subject: Subject,
    name: ProvisioningStepName,
    work: () => Promise<{ result: T; facts: Record<string, string>; worker?: Partial<WorkerRow> }>,
  ): Promise<T> {
    await this.record.beginStep(subject, subject.provisioningId, name);
    const { result, ...end } = await work();
    await this.record.endStep(subject, subject.provisioningId, { name, ...end });
    return result;
  }

  private async revoke(subject: Subject, token: ConsentToken): Promise<void> {
    const revoked = await this.consent.endGrant(token);
    await this.record.recordRevocation(subject, subject.provisioningId, revoked);
    if (!revoked)
      this.logger.error(
        { provisioningId: subject.provisioningId },
        "GitHub did not confirm the end of a consent",
      );
  }

  private async fail(subject: Subject, error: unknown): Promise<void> {
    const code = error instanceof GitHubError ? error.code : "internal";
    this.logger[code === "internal" ? "error" : "warn"](
      { err: error, provisioningId: subject.provisioningId },
      "provisioning failed",
    );
    await this.record.fail(subject, subject.provisioningId, code);
  }
}
