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

/** Answer of `GET /api/v1/me/deletion`: what has to be shown before an account is deleted, and what stays behind. */
export const accountDeletionTermsSchema = z
  .object({
    /** How the person proves anew who they are: by the password, or by a sign-in of the last minutes. */
    proof: z.enum(["password", "recent_sign_in"]),
    /** Whether that sign-in is recent enough now. */
    signedInRecently: z.boolean(),
    /** Repositories on GitHub that workers were set up in: the user's own, which only the user can delete. */
    repositories: z.array(z.string()),
  })
  .meta({ id: "AccountDeletionTerms" });
export type AccountDeletionTerms = z.infer<typeof accountDeletionTermsSchema>;

/** Answer of `GET /api/v1/me/sign-in-again`: the ways that this person has to prove once more who they are. */
export const signInAgainTermsSchema = z
  .object({
    password: z.boolean(),
    /** Whoever has no password signs in there again, which begins a new session. */
    providers: z.array(z.enum(["github", "google", "apple"])),
  })
  .meta({ id: "SignInAgainTerms" });
export type SignInAgainTerms = z.infer<typeof signInAgainTermsSchema>;

export const signInAgainSchema = z
  .strictObject({ password: z.string().min(1).max(1_024) })
  .meta({ id: "SignInAgain" });
export type SignInAgain = z.infer<typeof signInAgainSchema>;

export const accountDeletionSchema = z
  .strictObject({ confirmationEmail: z.string().max(320), password: z.string().max(1_024).optional() })
  .meta({ id: "AccountDeletion" });
export type AccountDeletion = z.infer<typeof accountDeletionSchema>;
