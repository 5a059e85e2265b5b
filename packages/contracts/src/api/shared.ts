import { z } from "zod";

/** Opaque identifier: a UUID, version 7 where we made it. */
export const idSchema = z.uuid();

/** A year zero is an ISO 8601 instant, and none that a database keeps. What is no instant at all has been told so. */
const sinceEpoch = (text: string): boolean => !(Date.parse(text) < 0);

/** An instant: ISO 8601, UTC, with milliseconds and `Z`. */
export const instantSchema = z.iso.datetime().refine(sinceEpoch, { error: "1970 or later expected" });

/** An instant as others write it, in whatever zone. */
export const zonedInstantSchema = z.iso
  .datetime({ offset: true })
  .refine(sinceEpoch, { error: "1970 or later expected" });

/** Query of every list: an opaque cursor from the page before, and a page size of 1 to 100. */
export const pageQuerySchema = z.strictObject({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(25),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** One page of a list: `nextCursor` is null on the last page. */
export function pageSchema<T extends z.ZodType>(row: T, id: string) {
  return z.object({ rows: z.array(row), nextCursor: z.string().nullable() }).meta({ id });
}
export type Page<T> = { rows: T[]; nextCursor: string | null };

/** RFC 9457 problem details, with a stable `code` and the request's id. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string().optional(),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof problemSchema>;

export const localeSchema = z.enum(["en", "fr", "es", "de"]);
export type Locale = z.infer<typeof localeSchema>;

/** An IANA time zone that this runtime knows. */
export const timeZoneSchema = z.string().max(64).refine(isTimeZone, { error: "unknown IANA time zone" });

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
