import type { TestApp } from "../../testing/test-app.js";

/** The actions that were recorded of this project, oldest first. */
export async function readProjectAudit(test: TestApp, project: { id: string }): Promise<string[]> {
  const rows = await test.sql<{ action: string }>(
    "select action from audit_entries where subject_id = $1 order by recorded_at, id",
    [project.id],
  );
  return rows.map(({ action }) => action);
}
