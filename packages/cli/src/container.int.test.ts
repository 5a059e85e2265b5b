import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, chmod, chown, copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { renderAllowList } from "@pulsekeep/worker";
import { FakeGitHub, TOKEN } from "@pulsekeep/worker/testing/fake-github";
import { CLIENT_ID, FakeServer, SECRET } from "@pulsekeep/worker/testing/fake-server";
import { serve } from "@pulsekeep/worker/testing/http-double";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const repository = "alice/keepstreak-pulse";
/** As the image's user `node`. Who tests without being root tests as themselves, who is unprivileged too. */
const PERSON = process.getuid?.() === 0 ? { uid: 1_000, gid: 1_000 } : {};

type Step = { word: string; rest: string };
let steps: Step[];
/** Stands for the image's root: nothing of the checkout is in it but what the file copies. */
let root: string;
let children: ChildProcess[];
beforeAll(async () => {
  const text = await readFile(here("../Dockerfile"), "utf8");
  steps = text
    .replaceAll(/^\s*#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .flatMap((line) => {
      const [, word = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
      return word === "" ? [] : [{ word, rest }];
    });
  root = await mkdtemp(path.join(tmpdir(), "pulsekeep-image-"));
  await chmod(root, 0o755);
  children = [];
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(root, { recursive: true, force: true });
});

const of = (word: string) => steps.filter((step) => step.word === word).map(({ rest }) => rest);
const inImage = (file: string) => path.join(root, file);
const listOf = (json: string) => JSON.parse(json) as string[];
/** A command of the file, with what it names in the image. */
const commandOf = (words: readonly string[]): [string, string[]] => {
  const [program, ...rest] = words;
  expect(program).toBe("node");
  return [process.execPath, rest.map((word) => (word.startsWith("/") ? inImage(word) : word))];
};

/** Does what the file's COPY lines do, after the build that its first comment asks for. */
async function copyFiles(): Promise<string[]> {
  await run(process.execPath, [here("../bundle.mjs"), path.join(root, "built.mjs")]);
  const ignored = (await readFile(here("../.dockerignore"), "utf8")).split("\n");
  const copied: string[] = [];
  for (const copy of of("COPY")) {
    const [, mode = "", from = "", to = ""] = /^--chmod=(\d+) (\S+) (\S+)$/.exec(copy) ?? [];
    expect(ignored).toContain(`!${from}`);
    const { scripts } = JSON.parse(await readFile(here("../package.json"), "utf8")) as {
      scripts: { build: string };
    };
    // The build writes what is copied: its script, and where that writes to when nobody says otherwise.
    expect(scripts.build).toContain("bundle.mjs");
    expect(await readFile(here("../bundle.mjs"), "utf8")).toContain(`here("${from}")`);
    await mkdir(path.dirname(inImage(to)), { recursive: true });
    await copyFile(path.join(root, "built.mjs"), inImage(to));
    await chmod(inImage(to), Number.parseInt(mode, 8));
    copied.push(to);
  }
  await rm(path.join(root, "built.mjs"));
  return copied;
}

describe("the container's file", () => {
  it("copies what the build makes, and runs it as somebody without rights, with nothing else around", async () => {
    const copied = await copyFiles();
    const [entry, command, health] = [of("ENTRYPOINT"), of("CMD"), of("HEALTHCHECK")].map(([rest = ""]) =>
      listOf(rest.slice(rest.indexOf("["))),
    );
    expect(entry?.filter((word) => word.startsWith("/"))).toEqual(copied);
    expect(of("USER")).toEqual(["node"]);
    expect(of("FROM")).toEqual([expect.stringMatching(/^node:2[4-9]-/)]);
    const [home = ""] = of("WORKDIR");
    const settings = of("ENV").flatMap((line) => line.split(/\s+/).map((pair) => pair.split("=")));
    const environment = Object.fromEntries(
      settings.map(([name, value = ""]) => [name, value.startsWith("/") ? inImage(value) : value]),
    ) as Record<string, string>;
    await mkdir(inImage(home), { recursive: true });
    await mkdir(inImage("/tmp"));
    await chmod(inImage("/tmp"), 0o777);
    if (PERSON.uid !== undefined) await chown(inImage(home), PERSON.uid, PERSON.gid);
    const alone = { cwd: inImage(home), ...PERSON };

    const [program, words] = commandOf([...(entry ?? []), ...(command ?? [])]);
    const bare = await run(program, words, { ...alone, env: { HOME: inImage(home), ...environment } }).catch(
      (error: unknown) => error as { code: number; stderr: string },
    );
    expect(bare).toMatchObject({ code: 2, stderr: expect.stringContaining("no worker's file") });

    const github = new FakeGitHub(repository, { "allow.json": renderAllowList({ repository }) });
    const server = new FakeServer(() => new Date(), "none");
    let isKnown = true;
    const serverHost = await serve((request) =>
      isKnown ? server.handle(request) : { status: 401, body: { code: "proof_refused" } },
    );
    const githubHost = await serve(github.handle);
    server.url = serverHost.url;
    const env = {
      HOME: inImage(home),
      ...environment,
      GH_TOKEN: TOKEN,
      GITHUB_API_URL: `${githubHost.url}/api`,
      GITHUB_REPOSITORY: repository,
      KEEPSTREAK_SERVER_URL: serverHost.url,
      KEEPSTREAK_CLIENT_ID: CLIENT_ID,
      HANDSHAKE_SECRET: SECRET.toString("base64url"),
    };
    const child = spawn(program, words, { ...alone, env });
    children.push(child);
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    try {
      await expect.poll(() => said, { timeout: 30_000 }).toContain("connected");
      const healthy = () => run(...commandOf(health ?? []), { ...alone, env }).then(() => true);
      await expect.poll(() => healthy().catch(() => false), { timeout: 20_000 }).toBe(true);
      // A read-only file system: the status is all that it writes, below the one folder that is not.
      await access(inImage("/tmp/state/pulsekeep"));
      // As the real server answers whom it has disconnected: without a proof, so it is no reason to end.
      isKnown = false;
      await expect.poll(() => said, { timeout: 20_000 }).toContain("does not know this worker");
      expect(child.exitCode).toBeNull();
      child.kill(of("STOPSIGNAL")[0] as NodeJS.Signals);
      expect(await once(child, "exit")).toEqual([0, null]);
      await expect(healthy()).rejects.toMatchObject({ code: expect.any(Number) });
    } finally {
      child.kill("SIGKILL");
      await Promise.all([githubHost.close(), serverHost.close()]);
    }
  });
});
