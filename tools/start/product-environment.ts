import type { LocalSecrets } from "./secrets.ts";
import type { StartOptions } from "./start-options.ts";

/** Addresses of the services that were started for the API. */
export interface ProductAddresses {
  databaseUrl: string;
  redisUrl: string | undefined;
  webPort: number;
  /** Set when the local emulators run. */
  emulated: EmulatedAddresses | undefined;
}

export interface EmulatedAddresses {
  google: string;
  apple: string;
  slack: string;
  resend: string;
}

export const localClients = {
  github: "pulsekeep-local",
  githubProvisioning: "pulsekeep-local-provisioning",
  google: "pulsekeep-local.apps.example.test",
  apple: "test.example.pulsekeep-local",
} as const;

/** What the API gets: the person's own environment, completed where nothing was said. */
export function apiEnvironment(
  env: NodeJS.ProcessEnv,
  options: StartOptions,
  secrets: LocalSecrets,
  addresses: ProductAddresses,
): NodeJS.ProcessEnv {
  const keyring = { currentId: secrets.keyringKeyId, keys: { [secrets.keyringKeyId]: secrets.keyringKey } };
  const defaults = {
    AUTH_SECRET: secrets.authSecret,
    ...(env.PULSEKEEP_KEYRING_FILE ? {} : { PULSEKEEP_KEYRING: JSON.stringify(keyring) }),
    METRICS_TOKEN: secrets.metricsToken,
    // The sample app of `npm run demo:deploy`: the one private address that may be scraped.
    SCRAPE_ALLOW: `127.0.0.1:${env.PULSEKEEP_SAMPLE_APP_PORT || 4200}`,
    ...(addresses.emulated ? emulatedProviders(addresses.emulated, secrets) : {}),
  };
  return {
    ...defaults,
    ...withoutEmpty(env),
    // Over the environment: GitHub's own runners and Codespaces set GITHUB_API_URL everywhere.
    ...(options.usesStandIn ? standInClients(options, secrets) : {}),
    PORT: String(options.port),
    PULSEKEEP_PUBLIC_URL: options.publicUrl,
    PULSEKEEP_DATA_DIR: options.dataDir,
    WEB_ORIGIN: `http://localhost:${addresses.webPort}`,
    DATABASE_URL: addresses.databaseUrl,
    REDIS_URL: addresses.redisUrl,
  };
}

/** What the web server gets: nothing that is secret, it only renders what the API answers. */
export function webEnvironment(
  env: NodeJS.ProcessEnv,
  options: StartOptions,
  webPort: number,
): NodeJS.ProcessEnv {
  return {
    PATH: env.PATH,
    TZ: env.TZ,
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    // Not 127.0.0.1: with it Next redirects "/" to itself for ever.
    HOSTNAME: "localhost",
    PORT: String(webPort),
    API_ORIGIN: `http://127.0.0.1:${options.port}`,
    PULSEKEEP_PUBLIC_URL: options.publicUrl,
    ...githubAddresses(env, options),
  };
}

/** For the one page whose visitors let it speak with GitHub itself. */
function githubAddresses(env: NodeJS.ProcessEnv, options: StartOptions): Record<string, string | undefined> {
  if (!options.usesStandIn) return { GITHUB_URL: env.GITHUB_URL, GITHUB_API_URL: env.GITHUB_API_URL };
  const base = standInUrl(options);
  return { GITHUB_URL: base, GITHUB_API_URL: `${base}/api` };
}

const standInUrl = ({ standInPort }: StartOptions): string => `http://localhost:${standInPort}`;

function standInClients(options: StartOptions, secrets: LocalSecrets): Record<string, string> {
  const base = standInUrl(options);
  return {
    GITHUB_URL: base,
    GITHUB_API_URL: `${base}/api`,
    GITHUB_OIDC_ISSUER: `${base}/oidc`,
    GITHUB_CLIENT_ID: localClients.github,
    GITHUB_CLIENT_SECRET: secrets.githubClientSecret,
    GITHUB_PROVISIONING_CLIENT_ID: localClients.githubProvisioning,
    GITHUB_PROVISIONING_CLIENT_SECRET: secrets.githubProvisioningClientSecret,
  };
}

function emulatedProviders(emulated: EmulatedAddresses, secrets: LocalSecrets): Record<string, string> {
  return {
    GOOGLE_ISSUER: emulated.google,
    GOOGLE_CLIENT_ID: localClients.google,
    GOOGLE_CLIENT_SECRET: secrets.googleClientSecret,
    APPLE_ISSUER: emulated.apple,
    APPLE_CLIENT_ID: localClients.apple,
    APPLE_CLIENT_SECRET: secrets.appleClientSecret,
    SLACK_HOOKS_URL: emulated.slack,
    RESEND_API_URL: emulated.resend,
    RESEND_API_KEY: secrets.resendApiKey,
  };
}

/** A variable that is set to nothing counts as not set, so that `NAME= npm start` falls back to the default. */
function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value));
}
