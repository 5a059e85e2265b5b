import { expect, test } from "vitest";
import { isAllowedRedirect } from "./redirect-uri.js";

const CALLBACKS = ["http://example.test/path", "http://127.0.0.1/cli"];

// The table of the documentation page, with loopback added.
test.each([
  ["http://example.test/path", true],
  ["http://example.test/path/subdir/other", true],
  ["http://example.test/bar", false],
  ["http://example.test/", false],
  ["http://example.test/pathological", false],
  ["http://example.test:8080/path", false],
  ["http://oauth.example.test:8080/path", false],
  ["http://example.org", false],
  ["http://user@example.test/path", false],
  ["http://example.test/path#fragment", false],
  ["http://127.0.0.1:51234/cli", true],
  ["http://127.0.0.1:51234/other", false],
  ["http://localhost:51234/cli", false],
  ["javascript:alert(1)", false],
  ["not a url", false],
])("%s is allowed: %s", (redirectUri, allowed) => {
  expect(isAllowedRedirect(redirectUri, CALLBACKS)).toBe(allowed);
});
