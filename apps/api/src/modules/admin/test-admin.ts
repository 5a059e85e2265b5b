import { startTestApp, type TestApp, type TestAppOptions } from "../../testing/test-app.js";

/** A server whose administrator is Olga. Her address counts once it is verified. */
export const startTestAppWithAdmin = (options: TestAppOptions = {}): Promise<TestApp> =>
  startTestApp({
    ...options,
    env: { PULSEKEEP_ADMIN_EMAILS: "root@example.test, Olga@Example.test", ...options.env },
  });

export async function signUpAdmin(test: TestApp) {
  const olga = await test.signUp("Olga");
  await test.sql("update users set email_verified = true where email = $1", [olga.email]);
  return olga;
}
