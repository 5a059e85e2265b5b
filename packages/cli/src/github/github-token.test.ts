import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { testTerminal } from "../test-terminal.js";
import { getGitHubToken } from "./github-token.js";

const TOKEN = "ghp_0123456789abcdef";
const fromGh =
  (stdout: string, code = 0) =>
  () =>
    Promise.resolve({ kind: "ended" as const, code, stdout });

describe("the person's GitHub token", () => {
  it("is taken from the environment before gh, and from gh before asking", async () => {
    const asked = testTerminal({ isInteractive: true, ask: () => Promise.resolve(TOKEN) });
    expect(await getGitHubToken(asked)).toMatchObject({ source: "what you typed" });
    const gh = { ...asked, runProgram: fromGh(`${TOKEN}\n`) };
    expect(await getGitHubToken(gh)).toMatchObject({ source: "gh auth token" });
    const env = { ...gh, env: { GITHUB_TOKEN: TOKEN } };
    expect((await getGitHubToken(env)).source).toContain("GITHUB_TOKEN");
    expect((await getGitHubToken(env)).reveal()).toBe(TOKEN);
  });

  it("is read from a file where one is named, as containers have their secrets", async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), "token-")), "token");
    const terminal = testTerminal({ env: { GH_TOKEN_FILE: file } });
    await expect(getGitHubToken(terminal)).rejects.toMatchObject({ code: "github_token_malformed" });
    await writeFile(file, `${TOKEN}\n`);
    expect((await getGitHubToken(terminal)).reveal()).toBe(TOKEN);
    await rm(path.dirname(file), { recursive: true });
  });

  it("is asked for without being shown", async () => {
    const terminal = testTerminal({ isInteractive: true });
    const hidden: unknown[] = [];
    terminal.ask = (_, options) => {
      hidden.push(options?.hidden);
      return Promise.resolve(TOKEN);
    };
    await getGitHubToken(terminal);
    expect(hidden).toEqual([true]);
  });

  it("of github.com is not sent to another host", async () => {
    const hosts: unknown[] = [];
    const terminal = testTerminal({
      env: { GITHUB_API_URL: "https://github.corp.example/api/v3" },
      runProgram: (_, args) => {
        hosts.push(args.at(-1));
        return fromGh("", 1)();
      },
    });
    await expect(getGitHubToken(terminal)).rejects.toMatchObject({ code: "github_token_missing" });
    expect(hosts).toEqual(["github.corp.example"]);
  });

  it("cannot be printed or serialised by accident", async () => {
    const token = await getGitHubToken(testTerminal({ env: { GH_TOKEN: TOKEN } }));
    for (const text of [
      JSON.stringify({ token }),
      String(token),
      inspect({ token }),
      inspect(token, { showHidden: true }),
    ])
      expect(text).not.toContain(TOKEN);
  });
});
