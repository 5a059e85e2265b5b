import { describe, expect, it } from "vitest";
import { readConfig } from "./config.js";

const secret = Buffer.alloc(32, 1).toString("base64url");
const env = {
  KEEPSTREAK_SERVER_URL: "https://pulse.example/",
  KEEPSTREAK_CLIENT_ID: "client-alice",
  HANDSHAKE_SECRET: secret,
  GITHUB_ACTIONS: "true",
  GITHUB_REPOSITORY: "alice/keepstreak-pulse",
  GITHUB_TOKEN: "ghs_token",
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://runner.example/token?v=2",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
};
const problemOf = (change: Record<string, string | undefined>) => {
  const read = readConfig({ ...env, ...change });
  return read.ok ? undefined : read.problem;
};

describe("the worker's environment", () => {
  it("is read into origins and bytes", () => {
    const read = readConfig({ ...env, GITHUB_API_URL: "http://localhost:4100/api/" });
    expect(read).toMatchObject({
      ok: true,
      config: { server: "https://pulse.example", githubApiUrl: "http://localhost:4100/api" },
    });
    expect(read.ok && read.config.handshakeSecret).toEqual(Buffer.alloc(32, 1));
  });

  it.each([
    ["KEEPSTREAK_SERVER_URL", undefined],
    ["KEEPSTREAK_SERVER_URL", "http://pulse.example"],
    ["KEEPSTREAK_SERVER_URL", "https://user:pw@pulse.example"],
    ["KEEPSTREAK_SERVER_URL", "http://localhost.evil.example"],
    ["KEEPSTREAK_CLIENT_ID", ""],
    ["HANDSHAKE_SECRET", ""],
    ["HANDSHAKE_SECRET", secret.slice(1)],
    ["HANDSHAKE_SECRET", `${secret}=`],
    ["GITHUB_REPOSITORY", "alice"],
    ["GITHUB_API_URL", "http://api.example"],
    ["GITHUB_TOKEN", undefined],
  ])("is refused with %s=%j, named without its value", (name, value) => {
    const problem = problemOf({ [name]: value });
    expect(problem).toContain(name);
    if (value) expect(problem).not.toContain(value);
  });

  it("is refused on GitHub Actions without the right to an identity token", () => {
    expect(problemOf({ ACTIONS_ID_TOKEN_REQUEST_URL: undefined })).toContain("id-token: write");
    expect(problemOf({ ACTIONS_ID_TOKEN_REQUEST_URL: undefined, GITHUB_ACTIONS: undefined })).toBeUndefined();
  });
});
