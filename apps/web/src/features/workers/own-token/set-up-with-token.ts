import { enrol, fetchWorkerFiles, recordFailed, recordInstalled } from "../enrolment";
import { type GitHub, GitHubRefusal } from "./browser-github";
import { commitFiles, ensureRepository, putSecrets, readAccount, wakeWorkflow } from "./repository-steps";

type Wanted = { name: string; workerId: string | undefined };
type Step = "files" | "secrets" | "wake";

/**
 * Does the steps from this page. Our server hears what the worker is bound to and where it stopped, never the
 * token. `onEnrolled` gets the set-up's id as soon as there is one, for the page that shows its steps.
 *
 * @throws GitHubRefusal before there is a set-up; later failures are on its page
 */
export async function setUpWithToken(
  github: GitHub,
  { name, workerId }: Wanted,
  onEnrolled: (provisioningId: string) => void,
): Promise<void> {
  const { login, author } = await readAccount(github);
  const repository = await ensureRepository(github, { login, name });
  const enrolled = await enrol({ way: "browser", workerId, repository, author });
  onEnrolled(enrolled.provisioningId);
  let step: Step = "files";
  try {
    const { files } = await fetchWorkerFiles(repository.fullName, enrolled.cronMinute);
    const commitSha = await commitFiles(github, repository, files);
    step = "secrets";
    await putSecrets(github, repository, {
      KEEPSTREAK_CLIENT_ID: enrolled.clientId,
      HANDSHAKE_SECRET: enrolled.handshakeSecret,
    });
    await recordInstalled(enrolled.ticket, commitSha);
    step = "wake";
    await wakeWorkflow(github, repository);
  } catch (error) {
    if (!(error instanceof GitHubRefusal)) throw error;
    await recordFailed(enrolled.ticket, { step, errorCode: error.code });
  }
}
