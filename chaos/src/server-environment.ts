import { randomBytes } from "node:crypto";
import type { Keyring } from "./population.ts";

/** Times of the engine, short enough that a run sees leases and windows end. In seconds. */
export type EngineTimes = {
  window: number;
  late: number;
  lease: number;
  spread: number;
  retry: number;
};

export const shortTimes: EngineTimes = { window: 30, late: 6, lease: 8, spread: 5, retry: 1 };

/** What all processes of a run have in common. */
export function serverEnvironment(common: {
  times: EngineTimes;
  publicUrl: string;
  webUrl: string;
  keyring: Keyring;
}): Record<string, string> {
  const { times, publicUrl, webUrl, keyring } = common;
  return {
    NODE_ENV: "test",
    LOG_LEVEL: "warn",
    PULSEKEEP_PUBLIC_URL: publicUrl,
    TRUSTED_PROXIES: "127.0.0.1",
    WEB_ORIGIN: webUrl,
    AUTH_SECRET: randomBytes(32).toString("base64url"),
    PULSEKEEP_KEYRING: JSON.stringify({
      currentId: keyring.id,
      keys: { [keyring.id]: keyring.key.toString("base64url") },
    }),
    PULSEKEEP_RUN_WINDOW_SECONDS: String(times.window),
    PULSEKEEP_RUN_LATE_SECONDS: String(times.late),
    PULSEKEEP_RUN_LEASE_SECONDS: String(times.lease),
    PULSEKEEP_RECOVERY_SPREAD_SECONDS: String(times.spread),
    PULSEKEEP_RETRY_BASE_SECONDS: String(times.retry),
    // A run of the suite does in minutes what takes a user weeks.
    PULSEKEEP_MAX_COMMITS_PER_DAY: "1000000",
    PULSEKEEP_MAX_WRITES_PER_MINUTE: "1000000",
  };
}
