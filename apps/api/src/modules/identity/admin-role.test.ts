import { expect, it } from "vitest";
import { roleOf } from "./admin-role.js";

const env = { PULSEKEEP_ADMIN_EMAILS: ["olga@example.test"] };

it("makes whom the installation names an administrator, in any spelling", () => {
  expect(roleOf({ email: "Olga@Example.test", emailVerified: true }, env)).toBe("admin");
});

it.each([
  ["an address that is not verified", { email: "olga@example.test", emailVerified: false }],
  ["an address that is not on the list", { email: "bob@example.test", emailVerified: true }],
  ["an address that only contains a listed one", { email: "xolga@example.test", emailVerified: true }],
])("makes nobody an administrator by %s", (_, user) => {
  expect(roleOf(user, env)).toBe("user");
});

it("knows no administrator where none is named", () => {
  expect(roleOf({ email: "", emailVerified: true }, { PULSEKEEP_ADMIN_EMAILS: [] })).toBe("user");
});
