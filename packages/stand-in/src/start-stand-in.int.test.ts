import { statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { apiClient, field } from "./testing/api-client.js";
import { issueToken, startForTest, type TestStandIn } from "./testing/start-for-test.js";

let standIn: TestStandIn | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await standIn?.dispose();
  standIn = undefined;
});

function statusWithHost(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(
      { host: "127.0.0.1", port, path: "/api/rate_limit", headers: { host, "user-agent": "t" } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    )
      .on("error", reject)
      .end();
  });
}

test("answers to its loopback names only", async () => {
  standIn = await startForTest();
  const { port } = standIn;
  expect(await statusWithHost(port, `localhost:${port}`)).toBe(200);
  expect(await statusWithHost(port, `127.0.0.1:${port}`)).toBe(200);
  for (const host of [`github.test:${port}`, "localhost", `localhost:${port + 1}`, `[::1]:${port}`])
    expect(await statusWithHost(port, host)).toBe(421);
});

test("finds its data again after a restart", async () => {
  const first = await startForTest();
  const token = issueToken(first, "octo-alice", ["repo"]);
  const api = apiClient(first.apiUrl, token);
  const created = await api.call("POST", "/user/repos", { name: "kept", private: true, auto_init: true });
  const keys = await (await fetch(`${first.oidcIssuer}/.well-known/jwks`)).json();
  const key = await api.call("GET", "/repos/octo-alice/kept/actions/secrets/public-key");
  await first.close();

  standIn = await startForTest({ dataDir: first.dataDir });
  const again = apiClient(standIn.apiUrl, token);
  expect(field(await again.call("GET", "/repos/octo-alice/kept"), "id")).toBe(field(created, "id"));
  expect((await again.call("GET", "/repos/octo-alice/kept/contents/README.md")).status).toBe(200);
  expect((await again.call("GET", "/repos/octo-alice/kept/actions/secrets/public-key")).body).toEqual(
    key.body,
  );
  expect(await (await fetch(`${standIn.oidcIssuer}/.well-known/jwks`)).json()).toEqual(keys);
});

test("never gives the id of a deleted repository to a new one of the same name", async () => {
  standIn = await startForTest();
  const api = apiClient(standIn.apiUrl, issueToken(standIn, "octo-alice", ["repo", "delete_repo"]));
  const first = field(await api.call("POST", "/user/repos", { name: "again" }), "id");
  await api.call("DELETE", "/repos/octo-alice/again");
  expect(field(await api.call("POST", "/user/repos", { name: "again" }), "id")).not.toBe(first);
});

test("keeps keys, secrets and repositories from other users of the machine", async () => {
  standIn = await startForTest();
  for (const name of ["state", "repos", "git-hooks"])
    expect(statSync(join(standIn.dataDir, name)).mode & 0o077).toBe(0);
});

test("names the port that is taken, and leaves the runs of the process that has it alone", async () => {
  standIn = await startForTest();
  const { port, dataDir } = standIn;
  await expect(startForTest({ port, dataDir })).rejects.toThrow(/EADDRINUSE/);
});

test("refuses to start in production", async () => {
  vi.stubEnv("NODE_ENV", "production");
  await expect(startForTest()).rejects.toThrow(/production/);
});
