import { schema, type Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import { AppError } from "../../http/app-error.js";
import { type EndpointPlace, isAt } from "./get-endpoint.js";
import type { EndpointRow } from "./project-view.js";

const { metricEndpoints } = schema;

type Values = PgUpdateSetSource<typeof metricEndpoints>;

/** What a change sets by the database's clock. */
export const NOW = sql`clock_timestamp()`;

/** After a test that was passed. */
export const PASSED: Values = { lastTestedAt: NOW, lastTestErrorCode: null, lastVerifiedAt: NOW };

/** What was measured before is of another address: no baseline for what comes. */
export const NEW_BASELINE: Values = {
  baselineVersion: sql`${metricEndpoints.baselineVersion} + 1`,
  baselineSince: NOW,
};

/** Changes an endpoint and returns it as it is then. @throws AppError `not_found` */
export async function writeEndpoint(
  tx: Transaction,
  { projectId, environment }: EndpointPlace,
  values: Values,
): Promise<EndpointRow> {
  const [row] = await tx
    .update(metricEndpoints)
    .set(values)
    .where(isAt({ projectId, environment }))
    .returning();
  if (!row) throw new AppError("not_found");
  return row;
}

/** What an endpoint is when it is neither blocked nor being tested. */
export function restingState(endpoint: EndpointRow, isMeasured: boolean): EndpointRow["state"] {
  if (isMeasured) return "active";
  return endpoint.candidateUrl === null ? "none" : "pending";
}
