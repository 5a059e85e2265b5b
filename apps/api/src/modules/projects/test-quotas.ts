import type { WorkspaceQuotas } from "@pulsekeep/contracts/api/projects";
import type { TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { toTestProject } from "../metrics/test-watched-project.js";

export const NO_LIMITS = {
  deploymentsPerMonth: null,
  projects: null,
  environments: null,
  pathChangesPerMonth: null,
  hostChangesPerMonth: null,
};

/** Sets what the workspace of this project may use, as an administrator does; what is not named has no limit. */
export async function setTestQuotas(
  { test, admin }: { test: TestApp; admin: TestClient },
  project: { id: string },
  quotas: object,
) {
  const { workspaceId } = await toTestProject(test, project);
  return admin.call<WorkspaceQuotas>("PUT", `/api/v1/admin/quotas/${workspaceId}`, {
    body: { ...NO_LIMITS, ...quotas },
  });
}
