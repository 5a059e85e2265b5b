import { expect, it } from "vitest";
import { explainNpmFailure } from "./failure.mjs";
import { refuseOldNode } from "./runtime.mjs";

it.each([
  ["npm error code ENOSPC", "disk is full"],
  ["npm error code EACCES\nnpm error syscall mkdir", "may not write"],
  ["npm error code ENOTFOUND\nnpm error network request failed", "cannot be reached"],
  ["npm error code EUSAGE\nnpm error `npm ci` can only install when in sync", "does not fit"],
  ["npm error code ETARGET", "not offered"],
  ["npm error SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"],
])("names the way out of %j", (output, advice) => {
  expect(explainNpmFailure("Installing packages", output).message).toContain(advice);
});

it("shows npm's own words when it knows nothing better", () => {
  expect(explainNpmFailure("Installing packages", "npm error something new").message).toContain(
    "something new",
  );
});

it("refuses a Node older than 20 and accepts 20", () => {
  expect(() => refuseOldNode("18.20.4")).toThrow("Install Node.js 20 or newer");
  expect(() => refuseOldNode("20.0.0")).not.toThrow();
});
