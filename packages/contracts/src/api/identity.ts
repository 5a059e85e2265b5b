import { z } from "zod";
import { idSchema, instantSchema, localeSchema, timeZoneSchema } from "./shared.js";

/** Answer of `GET /api/v1/me`: who is signed in, and the workspace that the session acts in. */
export const meSchema = z
  .object({
    user: z.object({
      id: idSchema,
      name: z.string(),
      email: z.string(),
      emailVerified: z.boolean(),
      locale: localeSchema,
      timeZone: z.string(),
      role: z.enum(["user", "admin"]),
      createdAt: instantSchema,
    }),
    workspace: z.object({ id: idSchema, name: z.string() }),
  })
  .meta({ id: "Me" });
export type Me = z.infer<typeof meSchema>;

export const meUpdateSchema = z
  .strictObject({
    name: z.string().trim().min(2).max(50).optional(),
    locale: localeSchema.optional(),
    timeZone: timeZoneSchema.optional(),
  })
  .meta({ id: "MeUpdate" });
export type MeUpdate = z.infer<typeof meUpdateSchema>;

/** Which ways to sign in this installation offers (public; the sign-in page asks). */
export const signInOptionsSchema = z
  .object({ password: z.boolean(), providers: z.array(z.enum(["github", "google", "apple"])) })
  .meta({ id: "SignInOptions" });
export type SignInOptions = z.infer<typeof signInOptionsSchema>;

export const auditEntrySchema = z
  .object({
    id: idSchema,
    action: z.string(),
    actor: z.object({ kind: z.enum(["user", "worker", "api_key", "system"]), id: z.string().nullable() }),
    subject: z.object({ kind: z.string(), id: z.string().nullable() }),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    requestId: z.string().nullable(),
    recordedAt: instantSchema,
  })
  .meta({ id: "AuditEntry" });
export type AuditEntry = z.infer<typeof auditEntrySchema>;
