import type { Env } from "../../env.js";

/**
 * Administrators are named by the installation and not by a column: whoever can write to the database, or finds
 * a hole in a request, gains nothing, and a name that is taken off the list is out at the next request. The
 * address has to be verified, because anybody can sign up with one that is not theirs.
 */
export function roleOf(
  user: { email: string; emailVerified: boolean },
  env: Pick<Env, "PULSEKEEP_ADMIN_EMAILS">,
): "user" | "admin" {
  return user.emailVerified && env.PULSEKEEP_ADMIN_EMAILS.includes(user.email.toLowerCase())
    ? "admin"
    : "user";
}
