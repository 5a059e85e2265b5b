import { schema, type Transaction } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";

const { metricEndpoints, projects } = schema;

export type WatchedProject = {
  project: typeof projects.$inferSelect;
  endpoint: typeof metricEndpoints.$inferSelect;
};

/** A project with its metrics endpoint. @throws AppError `not_found` */
export async function getWatchedProject(tx: Transaction, projectId: string): Promise<WatchedProject> {
  const [found] = await tx
    .select({ project: projects, endpoint: metricEndpoints })
    .from(projects)
    .innerJoin(metricEndpoints, eq(metricEndpoints.projectId, projects.id))
    .where(eq(projects.id, projectId));
  if (!found) throw new AppError("not_found");
  return found;
}
