import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { z } from "zod";

const ROLES = ["http", "scheduler", "dispatcher", "collector", "analyst", "notifier"] as const;
export type Role = (typeof ROLES)[number];

const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ""));
const port = z.coerce.number().int().min(1).max(65_535);
const seconds = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const count = (max: number) => z.coerce.number().int().min(1).max(max);
const hostAndPort = z
  .string()
  .regex(/^[^\s:/]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/i, { error: "host:port expected" });
const nameServer = z
  .string()
  .refine(isNameServer, { error: "IP address expected, with a port where it is not 53" });

/** Read by what will use it. */
function isNameServer(text: string): boolean {
  try {
    new Resolver().setServers([text]);
    return true;
  } catch {
    return false;
  }
}

const roles = z
  .string()
  .default("all")
  .transform((text) => (text.trim() === "all" ? [...ROLES] : text.split(",").map((role) => role.trim())))
  .pipe(z.array(z.enum(ROLES)).min(1));

const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ""),
  );

const keyring = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({
        code: "custom",
        message: 'JSON expected: {"currentId":"k1","keys":{"k1":"<32 bytes, base64url>"}}',
      });
      return z.NEVER;
    }
  })
  .pipe(
    z
      .strictObject({
        currentId: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/),
        keys: z.record(
          z.string().regex(/^[A-Za-z0-9_-]{1,40}$/),
          z
            .base64url()
            .refine((text) => Buffer.from(text, "base64url").length === 32, { error: "32 bytes expected" })
            .refine((text) => isKeyLike(Buffer.from(text, "base64url")), {
              error: "32 random bytes expected, as `openssl rand -base64 32` makes them",
            }),
        ),
      })
      .refine((ring) => Object.hasOwn(ring.keys, ring.currentId), { error: "currentId names no key" })
      .refine(({ keys }) => new Set(Object.values(keys)).size === Object.keys(keys).length, {
        error: "two ids name one key",
      }),
  );

/** Zeros, a repeated byte, a counter or a pass phrase are no key; 32 random bytes look like none of these. */
function isKeyLike(bytes: Buffer): boolean {
  const steps = new Set(bytes.map((byte, at) => (byte - (bytes[at - 1] ?? 0)) & 0xff));
  return new Set(bytes).size >= 16 && steps.size >= 12 && bytes.some((byte) => byte < 0x20 || byte > 0x7e);
}

const envSchema = z
  .object({
    NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
    LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
    PULSEKEEP_ROLES: roles,
    PULSEKEEP_PUBLIC_URL: url,
    /** Signed releases of the worker lie in its folder `releases`. */
    PULSEKEEP_DATA_DIR: z.string().min(1).default("./data"),
    HOST: z.string().default("127.0.0.1"),
    PORT: port.default(3000),
    WEB_ORIGIN: url.default("http://localhost:3100"),
    /** Proxies in front of the edge whose X-Forwarded-For is believed: addresses or networks. */
    TRUSTED_PROXIES: list,

    DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, { error: "postgres:// URL expected" }),
    REDIS_URL: z
      .string()
      .regex(/^(rediss?:\/\/|unix:\/\/)/, { error: "redis:// URL expected" })
      .optional(),

    /** Who administers the installation, once the e-mail address is verified. */
    PULSEKEEP_ADMIN_EMAILS: list.pipe(z.array(z.email().toLowerCase())),

    AUTH_SECRET: z.string().min(32, { error: "at least 32 characters" }),
    PULSEKEEP_KEYRING: keyring,
    /** How old the key that wraps data keys may get; 90 days later new secrets are refused. */
    PULSEKEEP_KEY_ROTATION_DAYS: count(730).default(90),
    /** How old a workspace's data key gets before it is made anew, with everything that it has sealed. */
    PULSEKEEP_DATA_KEY_DAYS: count(730).default(90),

    GITHUB_URL: url.default("https://github.com"),
    GITHUB_API_URL: url.default("https://api.github.com"),
    GITHUB_OIDC_ISSUER: url.default("https://token.actions.githubusercontent.com"),
    GITHUB_CLIENT_ID: z.string().min(1).optional(),
    GITHUB_CLIENT_SECRET: z.string().min(1).optional(),
    GITHUB_PROVISIONING_CLIENT_ID: z.string().min(1).optional(),
    GITHUB_PROVISIONING_CLIENT_SECRET: z.string().min(1).optional(),
    GOOGLE_ISSUER: url.default("https://accounts.google.com"),
    GOOGLE_CLIENT_ID: z.string().min(1).optional(),
    GOOGLE_CLIENT_SECRET: z.string().min(1).optional(),
    APPLE_ISSUER: url.default("https://appleid.apple.com"),
    APPLE_CLIENT_ID: z.string().min(1).optional(),
    APPLE_CLIENT_SECRET: z.string().min(1).optional(),

    RESEND_API_URL: url.default("https://api.resend.com"),
    RESEND_API_KEY: z.string().min(1).optional(),
    MAIL_FROM: z.string().default("PulseKeep <no-reply@localhost>"),

    /** Where Slack takes messages; webhooks of any other address are refused. */
    SLACK_HOOKS_URL: url.default("https://hooks.slack.com"),

    /** How long a run may wait for a worker that GitHub wakes late, before it counts as missed. */
    PULSEKEEP_RUN_WINDOW_SECONDS: seconds(10, 7 * 86_400).default(12 * 3_600),
    /** When a waiting run shows as late: a worker checks in hourly, and GitHub may be half an hour late. */
    PULSEKEEP_RUN_LATE_SECONDS: seconds(1, 7 * 86_400).default(90 * 60),
    /** How long a claimed run belongs to the worker that claimed it; its signal lives nine tenths of that. */
    PULSEKEEP_RUN_LEASE_SECONDS: seconds(2, 15 * 60).default(10 * 60),
    /** The time that runs are spread over which are done again after they were missed. */
    PULSEKEEP_RECOVERY_SPREAD_SECONDS: seconds(0, 86_400).default(10 * 60),
    /** Pause before the second attempt of a run; each further one is twice as long. */
    PULSEKEEP_RETRY_BASE_SECONDS: seconds(1, 900).default(30),
    /** How long an ended run is kept, with its notices: a year and what a calendar of it shows besides. */
    PULSEKEEP_KEEP_RUNS_DAYS: z.coerce.number().int().min(30).max(36_500).default(400),

    /** Pulses of one workspace, whatever their state; what is beyond is refused. */
    PULSEKEEP_MAX_PULSES: count(1_000_000).default(1_000),
    /** Commits in one repository on one day of the pulse's zone; what is beyond is skipped. */
    PULSEKEEP_MAX_COMMITS_PER_DAY: count(1_000_000).default(24),
    /** Signals to write something, of one workspace and a minute; what is beyond waits. GitHub allows 80. */
    PULSEKEEP_MAX_WRITES_PER_MINUTE: count(1_000_000).default(20),

    METRICS_TOKEN: z.string().min(16).optional(),
    /** host:port pairs that the guarded fetch may reach although their address is private. */
    SCRAPE_ALLOW: list.pipe(z.array(hostAndPort)),
    /** Name servers that customers' names are asked of; none: those of the machine. */
    PULSEKEEP_DNS_SERVERS: list.pipe(z.array(nameServer)),
  })
  .superRefine((env, context) => {
    const require = (name: string, present: unknown, why: string) => {
      if (!present) context.addIssue({ code: "custom", path: [name], message: why });
    };
    for (const provider of ["GITHUB", "GITHUB_PROVISIONING", "GOOGLE", "APPLE"] as const)
      if (Boolean(env[`${provider}_CLIENT_ID`]) !== Boolean(env[`${provider}_CLIENT_SECRET`]))
        require(`${provider}_CLIENT_SECRET`, false, `set both ${provider}_CLIENT_ID and ${provider}_CLIENT_SECRET, or neither`);
    if (env.NODE_ENV !== "production") return;
    require("GITHUB_CLIENT_ID", env.GITHUB_CLIENT_ID, "required in production");
    require("GITHUB_PROVISIONING_CLIENT_ID", env.GITHUB_PROVISIONING_CLIENT_ID, "required in production");
    require("PULSEKEEP_PUBLIC_URL", env.PULSEKEEP_PUBLIC_URL.startsWith(
      "https://",
    ), "https:// required in production");
    require("AUTH_SECRET", !/(change|placeholder|example|secret)/i.test(
      env.AUTH_SECRET,
    ), "a placeholder is refused in production");
    for (const name of [
      "GITHUB_URL",
      "GITHUB_API_URL",
      "GITHUB_OIDC_ISSUER",
      "GOOGLE_ISSUER",
      "APPLE_ISSUER",
      "SLACK_HOOKS_URL",
    ] as const)
      require(name, env[name].startsWith("https://"), "https:// required in production");
  });

export type Env = z.infer<typeof envSchema>;

/** Injection token of the parsed environment. */
export const ENV = Symbol("env");

/**
 * Parses the process environment; the only place that reads it.
 *
 * @throws Error with one line per bad value, naming the variable and what is expected, never the value
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const present = withKeyringFile(
    Object.fromEntries(Object.entries(source).filter(([, value]) => value !== "")),
  );
  const parsed = envSchema.safeParse(present);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    (issue) => `  ${String(issue.path[0] ?? "environment")}: ${issue.message}`,
  );
  throw new Error(
    `The environment is not usable:\n${lines.join("\n")}\nSee .env.example for every variable.`,
  );
}

/** The keyring may lie in a file, which no child inherits and no process list shows. */
function withKeyringFile(source: Record<string, string | undefined>): Record<string, string | undefined> {
  const { PULSEKEEP_KEYRING: given, PULSEKEEP_KEYRING_FILE: file } = source;
  if (file === undefined) return source;
  if (given !== undefined)
    throw new Error("The environment is not usable:\n  PULSEKEEP_KEYRING_FILE: PULSEKEEP_KEYRING is set too");
  try {
    return { ...source, PULSEKEEP_KEYRING: readFileSync(file, "utf8") };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw new Error(
      `The environment is not usable:\n  PULSEKEEP_KEYRING_FILE: cannot be read (${String(code)})`,
    );
  }
}

/** Names of the variables that hold secrets. */
const SECRET_NAMES =
  /^(AUTH_SECRET|PULSEKEEP_KEYRING|METRICS_TOKEN|RESEND_API_KEY|DATABASE_URL|REDIS_URL|.*_CLIENT_SECRET)$/;

/** Takes what is secret out of an environment that was parsed, so that no child process inherits it. */
export function forgetSecrets(source: Record<string, string | undefined>): void {
  for (const name of Object.keys(source)) if (SECRET_NAMES.test(name)) delete source[name];
}
