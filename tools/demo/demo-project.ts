import type { EndpointTest, Project, ProjectCreated, SecretShown } from "@pulsekeep/contracts/api/projects";
import type { Page } from "@pulsekeep/contracts/api/shared";
import type { ApiClient } from "./api-client.ts";
import { DemoFailure } from "./demo-failure.ts";

const NAME = "Demo shop";

/** Short enough to watch: a sample every two seconds, a verdict after a minute. */
const OBSERVATION = { sampleSeconds: 2, windowSeconds: 60, baselineSeconds: 2 };

export interface DemoProject {
  id: string;
  /** What the pipeline shows to PulseKeep. */
  apiKeyPlain: string;
  /** What PulseKeep signs its scrapes with. */
  hmacSecretPlain: string;
}

/** Signs in, or up when there is no such account yet. */
export async function signIn(api: ApiClient, account: { email: string; password: string }): Promise<void> {
  const first = await api.call("POST", "/api/auth/sign-in/email", { body: account });
  if (first.status === 200) return;
  const made = await api.call("POST", "/api/auth/sign-up/email", { body: { name: "Demo", ...account } });
  if (made.status !== 200)
    throw new DemoFailure(
      `Signing in as ${account.email} was refused (${first.status}), signing up too (${made.status}).`,
    );
}

/** Finds or creates the demo's project, with fresh secrets: they are shown once, and nobody kept the old ones. */
export async function openProject(api: ApiClient): Promise<DemoProject> {
  const { id, apiKeyPlain, hmacEnabled } = (await findProject(api)) ?? (await createProject(api));
  const hmac = await api.post<SecretShown>(
    `/api/v1/projects/${id}/hmac/${hmacEnabled ? "rotate" : "enable"}`,
  );
  return { id, apiKeyPlain, hmacSecretPlain: hmac.secretPlain };
}

/** Deletes the demo's project with all that was measured. */
export async function closeProject(api: ApiClient, projectId: string): Promise<void> {
  await api.delete(`/api/v1/projects/${projectId}`, { confirmationName: NAME });
}

/** Makes an address the project's active endpoint; it has to answer a signed scrape. */
export async function activateEndpoint(api: ApiClient, projectId: string, url: string): Promise<void> {
  const { endpoint } = await api.get<Project>(`/api/v1/projects/${projectId}`);
  if (endpoint.activeUrl !== url)
    await api.put(`/api/v1/projects/${projectId}/endpoint`, { url, migrateHost: true });
  const test = await api.post<EndpointTest>(`/api/v1/projects/${projectId}/endpoint/test`);
  if (test.ok) return;
  const why = `${test.errorCode}${test.errorDetail === null ? "" : ` (${test.errorDetail})`}`;
  throw new DemoFailure(
    `PulseKeep cannot read the shop's metrics at ${url}: ${why}. ` +
      `It has to run on this machine with ${new URL(url).host} in SCRAPE_ALLOW, as npm start sets it.`,
  );
}

type OpenedProject = { id: string; apiKeyPlain: string; hmacEnabled: boolean };

async function findProject(api: ApiClient): Promise<OpenedProject | undefined> {
  const { rows } = await api.get<Page<Project>>("/api/v1/projects?limit=100");
  const project = rows.find(({ name }) => name === NAME);
  if (!project) return undefined;
  await api.patch(`/api/v1/projects/${project.id}`, { observation: OBSERVATION });
  const { secretPlain } = await api.post<SecretShown>(`/api/v1/projects/${project.id}/api-key/rotate`);
  return { id: project.id, apiKeyPlain: secretPlain, hmacEnabled: project.hmacEnabled };
}

async function createProject(api: ApiClient): Promise<OpenedProject> {
  const body = { name: NAME, environments: ["prod"], observation: OBSERVATION };
  const { project, apiKeyPlain } = await api.post<ProjectCreated>("/api/v1/projects", body);
  return { id: project.id, apiKeyPlain, hmacEnabled: project.hmacEnabled };
}
