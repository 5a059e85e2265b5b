import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import type { SlackSettings } from "@pulsekeep/contracts/api/slack";
import type { TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createTestProject } from "../../testing/test-project.js";
import { toTestProject } from "../metrics/test-watched-project.js";
import type { TestSlack } from "./test-slack.js";

type Problem = { code: string };

export type SlackProject = Awaited<ReturnType<typeof createSlackProject>>;

/** A project and what its owner does with its Slack settings; none are there yet. */
export async function createSlackProject(test: TestApp, owner: TestClient, slack: TestSlack) {
  const created = await createTestProject(owner, { environments: ["prod", "staging"] });
  const project = await toTestProject(test, created);
  const { path } = created;
  const put = (body: object) => owner.call<SlackSettings & Problem>("PUT", `${path}/slack`, { body });
  return {
    ...project,
    path,
    put,
    connect: (more: object = {}) => put({ webhookUrl: slack.webhookUrl, ...more }),
    settings: async () => (await owner.get<SlackSettings>(`${path}/slack`)).body,
    /** What the audit has of this action, newest first. */
    audited: async (action: string) => {
      const { body } = await owner.get<Page<AuditEntry>>(`/api/v1/audit?limit=100&action=${action}`);
      return body.rows.filter(({ subject }) => subject.id === project.projectId);
    },
  };
}
