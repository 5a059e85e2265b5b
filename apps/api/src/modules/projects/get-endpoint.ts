import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import type { EndpointRow } from "./project-view.js";

const { metricEndpoints } = schema;

/** The endpoint of one environment, or of the project (''). */
export type EndpointPlace = { projectId: string; environment: string };

export const isAt = ({ projectId, environment }: EndpointPlace) =>
  and(eq(metricEndpoints.projectId, projectId), eq(metricEndpoints.environment, environment));

/** The project's endpoint. @throws AppError `not_found` */
export async function getEndpoint(tx: Transaction, projectId: string): Promise<EndpointRow> {
  const row = await findEndpoint(tx, { projectId, environment: "" });
  if (!row) throw new AppError("not_found");
  return row;
}

/** An endpoint as it is asked: how requests are signed is the project's, whichever environment it is of. */
export async function findEndpoint(tx: Transaction, place: EndpointPlace): Promise<EndpointRow | undefined> {
  const [row] = await tx.select().from(metricEndpoints).where(isAt(place));
  if (!row || place.environment === "") return row;
  const { hmacEnabled, hmacSecretSealed, hmacPreviousSealed, hmacPreviousUntil } = await getEndpoint(
    tx,
    place.projectId,
  );
  return { ...row, hmacEnabled, hmacSecretSealed, hmacPreviousSealed, hmacPreviousUntil };
}

/** Refuses what can be refused of an address before anything is resolved. @throws AppError `ENDPOINT_INVALID_FORMAT` */
export function refuseFaultyEndpoint(guardedFetch: GuardedFetch, url: string): void {
  const fault = guardedFetch.findFault(url);
  if (fault) throw new AppError("ENDPOINT_INVALID_FORMAT", { detail: fault });
}
