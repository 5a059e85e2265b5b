import type { DeploymentNotice } from "@pulsekeep/contracts/api/deployments";
import type { Policies } from "@pulsekeep/contracts/api/policies";
import type { Review } from "@pulsekeep/contracts/api/verdicts";
import type { Page } from "@pulsekeep/contracts/api/shared";
import type { Verdict } from "@pulsekeep/verdict";
import type { TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createTestProject } from "../../testing/test-project.js";
import { toTestProject } from "../metrics/test-watched-project.js";
import { type JudgedDeployment, judgeDeployment } from "./test-judged-deployment.js";

type Problem = { code: string };

export type JudgedProject = Awaited<ReturnType<typeof createJudgedProject>>;

/** A project whose deployments are judged when a test says so, and what its owner reads and says of them. */
export async function createJudgedProject(test: TestApp, owner: TestClient) {
  const observation = { sampleSeconds: 2, windowSeconds: 60, baselineSeconds: 2 };
  const created = await createTestProject(owner, { environments: ["prod", "staging"], observation });
  const project = await toTestProject(test, created);
  const { path } = created;
  return {
    ...project,
    path,
    judged: (deployment: JudgedDeployment = {}) => judgeDeployment(test, project, deployment),
    verdictOf: async (id: string) => {
      const [row] = await test.sql<{ state: string; dry_run: boolean; policy: unknown; document: Verdict }>(
        "select state, dry_run, policy, document from verdicts where deployment_id = $1",
        [id],
      );
      return row;
    },
    change: (environment: string | null, document: object, expectedVersion = 0) =>
      owner.call<Policies & Problem>("PUT", `${path}/policies`, {
        body: { environment, document, expectedVersion },
      }),
    review: async (id: string) => (await owner.get<Review>(`/api/v1/deployments/${id}/review`)).body,
    say: (id: string, judgement: string) =>
      owner.call<Review & Problem>("PUT", `/api/v1/deployments/${id}/feedback`, { body: { judgement } }),
  };
}

/** Kind and deployment of everything that a person is told and has not put away. */
export async function readNotices(client: TestClient): Promise<string[]> {
  const { body } = await client.get<Page<DeploymentNotice>>("/api/v1/deployment-notices");
  return body.rows.map(({ kind, deployment }) => `${kind} ${deployment.id}`);
}
