import { schema, type Transaction } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";

const { projects } = schema;

export type ProjectRow = typeof projects.$inferSelect;

/**
 * Reads a project for a change; changes of one project wait for each other. Rows that refer to it may still be
 * added meanwhile.
 *
 * @throws AppError `not_found`
 */
export async function lockProject(tx: Transaction, id: string): Promise<ProjectRow> {
  const [row] = await tx.select().from(projects).where(eq(projects.id, id)).for("no key update");
  if (!row) throw new AppError("not_found");
  return row;
}
