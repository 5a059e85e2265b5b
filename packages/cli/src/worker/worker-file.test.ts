import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testTerminal } from "../test-terminal.js";
import { isInActions, residentEnvironment } from "./resident-environment.js";
import {
  findWorkerFile,
  requireWritable,
  type WorkerFile,
  workerFilePath,
  writeWorkerFile,
} from "./worker-file.js";

const WORKER: WorkerFile = {
  version: 1,
  kind: "resident",
  serverUrl: "https://pulse.example",
  workerId: "0192e4a0-0000-7000-8000-000000000001",
  clientId: "kw_0123456789",
  handshakeSecret: "c2VjcmV0",
  repository: "alice/keepstreak-pulse",
  githubApiUrl: "https://api.github.com",
  secretExpiresAt: "2026-09-14T09:26:53.000Z",
};

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "worker-file-"));
  file = path.join(folder, "deep", "er", "worker.json");
});
afterEach(() => rm(folder, { recursive: true }));

describe("the worker's file", () => {
  it("is for its owner's eyes only, whole, and read back as it was", async () => {
    expect(await findWorkerFile(file)).toBeUndefined();
    await writeWorkerFile(file, { ...WORKER, handshakeSecret: null });
    await writeWorkerFile(file, WORKER);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    expect(await readdir(path.dirname(file))).toEqual(["worker.json"]);
    expect(await findWorkerFile(file)).toEqual(WORKER);
  });

  it("is found out to be writable without a trace", async () => {
    await requireWritable(file);
    expect(await readdir(path.dirname(file))).toEqual([]);
  });

  it("is refused when it is damaged, and what it says is not repeated", async () => {
    for (const text of [
      "",
      "{",
      JSON.stringify({ ...WORKER, kind: "other" }),
      JSON.stringify({ ...WORKER, token: "ghp_x" }),
    ]) {
      await writeFile(path.join(folder, "worker.json"), text);
      const read = findWorkerFile(path.join(folder, "worker.json"));
      await expect(read).rejects.toMatchObject({ code: "file_unreadable", exitCode: 2 });
      await expect(read).rejects.not.toThrow(/c2VjcmV0|ghp_x/);
    }
  });

  it("leaves nothing behind when it cannot be written", async () => {
    await writeFile(path.join(folder, "deep"), "a file where a folder should be");
    await expect(writeWorkerFile(file, WORKER)).rejects.toMatchObject({ code: "file_not_writable" });
    await expect(requireWritable(file)).rejects.toMatchObject({ code: "file_not_writable" });
    expect(await readdir(folder)).toEqual(["deep"]);
    expect(await readFile(path.join(folder, "deep"), "utf8")).toContain("a file");
  });

  it("lies where it is named: option, variable, XDG, home", () => {
    const at = (env: Record<string, string>, config?: string) =>
      workerFilePath({ config }, testTerminal({ env, home: "/home/alice", cwd: "/home/erin" }));
    expect(at({ PULSEKEEP_CONFIG: "/etc/a.json" }, "b.json")).toBe("/home/erin/b.json");
    expect(at({ PULSEKEEP_CONFIG: "/etc/a.json" })).toBe("/etc/a.json");
    expect(at({ XDG_CONFIG_HOME: "/xdg" })).toBe("/xdg/pulsekeep/worker.json");
    expect(at({})).toBe("/home/alice/.config/pulsekeep/worker.json");
  });
});

describe("the environment of a resident worker", () => {
  it("is completed from the file, and what the environment says comes first", () => {
    expect(
      residentEnvironment({ PATH: "/bin", GITHUB_REPOSITORY: "alice/other", HANDSHAKE_SECRET: "" }, WORKER),
    ).toEqual({
      KEEPSTREAK_SERVER_URL: WORKER.serverUrl,
      KEEPSTREAK_CLIENT_ID: WORKER.clientId,
      HANDSHAKE_SECRET: WORKER.handshakeSecret,
      GITHUB_REPOSITORY: "alice/other",
      GITHUB_API_URL: WORKER.githubApiUrl,
    });
  });

  it("needs no file, as in a container, and is none for a worker on GitHub Actions", () => {
    const env = { KEEPSTREAK_CLIENT_ID: "kw_9876543210" };
    expect(residentEnvironment(env, undefined)).toMatchObject(env);
    const actions: WorkerFile = { ...WORKER, kind: "actions", handshakeSecret: null };
    expect(() => residentEnvironment({}, actions)).toThrow(/runs on GitHub Actions/);
    expect(isInActions(testTerminal({ env: { GITHUB_ACTIONS: "true" } }))).toBe(true);
  });
});
