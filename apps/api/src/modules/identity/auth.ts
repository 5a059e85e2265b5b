import { localeSchema, timeZoneSchema } from "@pulsekeep/contracts/api/shared";
import { schema } from "@pulsekeep/database";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { genericOAuth } from "better-auth/plugins";
import type { Env } from "../../env.js";
import type { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import type { Logger } from "../../platform/logger.js";
import type { Mailer } from "../../platform/mailer.js";
import { withHashedSessionTokens } from "./hashed-session-tokens.js";
import { COUNTED_HERE } from "./account-limits.js";
import { listSignInProviders } from "./sign-in-providers.js";

const DAY = 86_400;

/** Tokens of GitHub, Google and Apple never reach the table; a constraint of the database says so too. */
const withoutTokens = async (account: Record<string, unknown>) => ({
  data: {
    ...account,
    accessToken: null,
    refreshToken: null,
    idToken: null,
    accessTokenExpiresAt: null,
    refreshTokenExpiresAt: null,
  },
});

/** Names come from forms and from providers: one line of at most 80 characters, and never empty. */
const withProperName = async (user: Record<string, unknown> & { name: string; email: string }) => {
  const line = user.name.replace(/[\p{Cc}\s]+/gu, " ").trim();
  const name = /^.{0,80}/u.exec(line)?.[0].trim();
  return { data: { ...user, name: name || user.email.slice(0, user.email.indexOf("@")) } };
};

/** The library repeats the address that somebody asked to be sent to; what stands in it is not ours to keep. */
const withoutAddresses = (message: string): string =>
  message.replace(/\b[a-z][a-z0-9+.-]*:\S*\/\S+/gi, "[address]");

export type AuthDependencies = { env: Env; databases: Databases; logger: Logger; mailer: Mailer };

/** The auth library, set up: e-mail and password, sign-in providers, sessions by hashed token. */
export function createAuth({ env, databases, logger, mailer }: AuthDependencies) {
  const adapter = drizzleAdapter(databases.identity, {
    provider: "pg",
    schema: {
      user: schema.users,
      session: schema.sessions,
      account: schema.accounts,
      verification: schema.verifications,
    },
    transaction: true,
  });
  const secure = env.PULSEKEEP_PUBLIC_URL.startsWith("https://");
  return betterAuth({
    appName: "PulseKeep",
    baseURL: env.PULSEKEEP_PUBLIC_URL,
    basePath: "/api/auth",
    secret: env.AUTH_SECRET,
    telemetry: { enabled: false },
    logger: {
      level: "warn",
      log: (level, message, ...details) => {
        const line = { details: details.filter((detail) => detail instanceof Error) };
        const text = `auth: ${withoutAddresses(message)}`;
        if (level === "error") logger.error(line, text);
        else logger.info(line, text);
      },
    },
    database: (options: BetterAuthOptions) => withHashedSessionTokens(adapter(options)),
    trustedOrigins: [env.PULSEKEEP_PUBLIC_URL, new URL(env.APPLE_ISSUER).origin],
    advanced: {
      cookiePrefix: "pulsekeep",
      useSecureCookies: secure,
      // Said aloud, because the library turns both off by itself when it believes that it is being tested.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      database: { generateId: () => newId() },
      ipAddress: { ipAddressHeaders: ["x-client-ip"] },
    },
    // Profiles change by `PATCH /api/v1/me`, which validates and audits; tokens of providers are not kept.
    disabledPaths: ["/update-user", "/get-access-token", "/refresh-token", "/account-info"],
    session: { expiresIn: 14 * DAY, updateAge: DAY },
    verification: { storeIdentifier: "hashed" },
    user: {
      additionalFields: {
        locale: {
          type: "string",
          required: false,
          defaultValue: "en",
          input: true,
          validator: { input: localeSchema },
        },
        timeZone: {
          type: "string",
          required: false,
          defaultValue: "UTC",
          input: true,
          validator: { input: timeZoneSchema },
        },
        role: { type: "string", required: false, defaultValue: "user", input: false },
      },
    },
    emailAndPassword: { enabled: true, minPasswordLength: 8, maxPasswordLength: 256, autoSignIn: true },
    emailVerification: {
      sendOnSignUp: true,
      // Whoever misses this one asks for another.
      sendVerificationEmail: async ({ user, url }) => {
        await mailer.send({
          to: user.email,
          template: "verify_email",
          locale: (user as { locale?: string }).locale ?? "en",
          params: { name: user.name, url },
        });
      },
    },
    account: {
      updateAccountOnSignIn: false,
      storeAccountCookie: false,
      // Linking is a step of its own, from inside a session: an equal e-mail proves nothing by itself.
      accountLinking: { enabled: true, disableImplicitLinking: true },
    },
    databaseHooks: {
      user: { create: { before: withProperName } },
      account: { create: { before: withoutTokens }, update: { before: withoutTokens } },
    },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 300,
      customRules: Object.fromEntries(
        ["/get-session", ...COUNTED_HERE].map((path) => [path, false] as const),
      ),
    },
    plugins: [genericOAuth({ config: listSignInProviders(env, logger).map(({ config }) => config) })],
  });
}

export type Auth = ReturnType<typeof createAuth>;

/** Injection token of the auth library. */
export const AUTH = Symbol("auth");
