import "server-only";
import { unwrap } from "@/api/problem";
import { getServerApi } from "@/api/server";

/** Ways to sign in here. When the API is away the password form stands; it says then what is wrong. */
export async function getSignInOptions() {
  const api = await getServerApi();
  const fallback = { password: true, providers: [] };
  return unwrap(api.GET("/api/v1/sign-in-options")).catch(() => fallback);
}
