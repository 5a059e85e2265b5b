import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { testTerminal } from "./test-terminal.js";

describe("the program", () => {
  it("prints a result to standard output and everything else to standard error", async () => {
    const terminal = testTerminal();
    expect(await runCli(["--version"], terminal)).toBe(0);
    expect({ printed: terminal.printed, noted: terminal.noted }).toEqual({ printed: ["0.1.0"], noted: [] });
    const refused = testTerminal();
    expect(await runCli(["worker", "dance"], refused)).toBe(2);
    expect(refused.printed).toEqual([]);
    expect(refused.noted.join("\n")).toContain("Try: pulsekeep --help");
  });

  it("says what is wrong as one JSON document when asked for JSON", async () => {
    const terminal = testTerminal();
    expect(await runCli(["audit", "verify", "--json"], terminal)).toBe(2);
    expect(terminal.printed.map((line) => JSON.parse(line) as unknown)).toEqual([
      { error: { code: "server_missing", message: "Which server?", hint: expect.any(String) as string } },
    ]);
  });

  it.each([
    [["worker", "init"], {}, "server_missing"],
    [["worker", "init", "--server", "http://pulse.example"], {}, "server_address_unsafe"],
    [["worker", "init", "--server", "https://a:b@pulse.example"], {}, "server_address_unsafe"],
    [["worker", "init", "--server", "https://pulse.example"], {}, "github_token_missing"],
    [
      ["worker", "init", "--repository", "a/b"],
      { PULSEKEEP_URL: "https://pulse.example" },
      "repository_name_wrong",
    ],
    [
      ["worker", "init"],
      { PULSEKEEP_URL: "https://a.example", GH_TOKEN: "with a\nbreak" },
      "github_token_malformed",
    ],
    [
      ["worker", "init"],
      { PULSEKEEP_URL: "https://a.example", GH_TOKEN: "x".repeat(20), GITHUB_API_URL: "http://a.example" },
      "github_address_unsafe",
    ],
    [["worker", "run"], {}, "no_worker"],
    [["worker", "run"], { GITHUB_ACTIONS: "true" }, "inside_actions"],
    [["worker", "status"], {}, "no_worker"],
    [["worker", "rotate"], {}, "no_worker"],
    [["audit", "verify", "nothing.json"], {}, "file_unreadable"],
    [["audit", "verify", "--newest", "0", "--server", "https://a.example"], {}, "wrong_option"],
    [["keys", "status"], {}, "no_checkout"],
  ])("ends %j with code 2 and the reason", async (args, env, code) => {
    const terminal = testTerminal({ env });
    expect(await runCli([...args, "--json"], terminal)).toBe(2);
    const said = JSON.parse(terminal.printed.join("")) as { error: { code: string; message: string } };
    expect(said.error.code).toBe(code);
    expect(said.error.message).toMatch(/\.$|\?$/);
  });

  it.each([
    ["log_unreachable", () => Promise.reject(new TypeError("no network"))],
    ["log_unreachable", () => Promise.resolve(new Response("", { status: 503 }))],
    [
      "log_unreachable",
      () => Promise.resolve(new Response("", { status: 429, headers: { "retry-after": "1" } })),
    ],
    ["log_unreachable", () => Promise.resolve(new Response("", { status: 403 }))],
    ["no_audit_log", () => Promise.resolve(new Response("", { status: 404 }))],
    ["no_audit_log", () => Promise.resolve(Response.json({ other: true }))],
  ])("verifies nothing, and says so with %s, when the log cannot be read", async (code, fetch) => {
    const terminal = testTerminal({ fetch });
    expect(await runCli(["audit", "verify", "--server", "https://a.example", "--json"], terminal)).toBe(2);
    expect(JSON.parse(terminal.printed.join(""))).toMatchObject({ error: { code } });
  });
});
