import { schema, type Transaction } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import type { EndpointRow } from "./project-view.js";

const { metricEndpoints } = schema;

/** @throws AppError `not_found` */
export async function getEndpoint(tx: Transaction, projectId: string): Promise<EndpointRow> {
  const [row] = await tx.select().from(metricEndpoints).where(eq(metricEndpoints.projectId, projectId));
  if (!row) throw new AppError("not_found");
  return row;
}

/** Refuses what can be refused of an address before anything is resolved. @throws AppError `ENDPOINT_INVALID_FORMAT` */
export function refuseFaultyEndpoint(guardedFetch: GuardedFetch, url: string): void {
  const fault = guardedFetch.findFault(url);
  if (fault) throw new AppError("ENDPOINT_INVALID_FORMAT", { detail: fault });
}
