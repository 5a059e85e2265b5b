import type { Project, ProjectCreated } from "@pulsekeep/contracts/api/projects";
import type { FinishAnswer, TriggerAnswer } from "@pulsekeep/contracts/api/ci";
import type { TestClient } from "./test-client.js";

type Answer<T> = { status: number; body: T; headers: Headers };
type Body = Record<string, unknown>;

export type TestProject = Awaited<ReturnType<typeof createTestProject>>;

/**
 * A project of the client, and CI that calls with its key.
 *
 * @param options.endpoint a metrics endpoint to be tested and activated
 */
export async function createTestProject(
  owner: TestClient,
  { endpoint, ...settings }: Body & { endpoint?: string } = {},
) {
  const created = await owner.post<ProjectCreated>("/api/v1/projects", {
    name: "Shop",
    ...settings,
    ...(endpoint === undefined ? {} : { metricsEndpoint: endpoint }),
  });
  if (created.status !== 201) throw new Error(`The project was refused: ${JSON.stringify(created.body)}`);
  const { project, apiKeyPlain } = created.body;
  const path = `/api/v1/projects/${project.id}`;
  if (endpoint !== undefined) {
    const tested = await owner.post<{ ok: boolean }>(`${path}/endpoint/test`);
    if (!tested.body.ok) throw new Error(`The endpoint failed its test: ${JSON.stringify(tested.body)}`);
  }
  const call =
    <T>(route: string) =>
    (body: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> =>
      owner.call<T>("POST", `/deployments/${route}`, {
        body,
        // As a pipeline does: no cookie.
        headers: { cookie: "", "x-api-key": apiKeyPlain, ...headers },
      });
  return {
    ...project,
    path,
    apiKeyPlain,
    trigger: call<TriggerAnswer & { code?: string; detail?: string }>("trigger"),
    finish: call<FinishAnswer>("finish"),
    read: async () => (await owner.get<Project>(path)).body,
  };
}
