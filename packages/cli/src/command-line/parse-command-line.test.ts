import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commands } from "../commands.js";
import { commandHelp, overviewHelp } from "./help-text.js";
import { parseCommandLine } from "./parse-command-line.js";

const parse = (line: string) => parseCommandLine(line === "" ? [] : line.split(" "), commands);
const commandOf = (line: string) => {
  const parsed = parse(line);
  return "command" in parsed ? parsed.command?.words.join(" ") : undefined;
};

describe("a command line", () => {
  it("finds the command and reads its options, wherever they stand", () => {
    expect(parse("worker init --server https://a.example --resident --json")).toMatchObject({
      kind: "run",
      request: { options: { server: "https://a.example", resident: true }, operands: [], json: true },
    });
    expect(parse("audit verify export.json --state=kept.json")).toMatchObject({
      kind: "run",
      request: { options: { state: "kept.json" }, operands: ["export.json"], json: false },
    });
  });

  it.each(["", "--help", "-h", "help", "worker", "worker --help", "help worker", "keys -h"])(
    "prints an overview for %j",
    (line) => {
      expect(parse(line)).toMatchObject({ kind: "help", command: undefined });
    },
  );

  it.each(["worker init --help", "worker init -h", "help worker init", "worker init --bad --help"])(
    "prints the command's help for %j",
    (line) => {
      expect(parse(line).kind).toBe("help");
      expect(commandOf(line)).toBe("worker init");
    },
  );

  it.each(["--version", "-V", "version"])("knows its version: %j", (line) => {
    expect(parse(line)).toEqual({ kind: "version" });
  });

  it.each([
    ["worker start", "unknown_command"],
    ["nothing", "unknown_command"],
    ["--server https://a.example", "unknown_command"],
    ["worker init --colour", "wrong_option"],
    ["worker init --server", "wrong_option"],
    ["worker init --resident=yes", "wrong_option"],
    ["worker init somewhere", "unexpected_argument"],
    ["worker init --token abc", "secret_in_arguments"],
    ["worker init --github-token=abc", "secret_in_arguments"],
    ["worker run --password abc", "secret_in_arguments"],
  ])("refuses %j as %s", (line, code) => {
    expect(parse(line)).toMatchObject({ kind: "wrong", code });
  });

  it("repeats no value when it refuses: it may be a secret in the wrong place", () => {
    for (const line of [
      "worker init --tokn=ghp_abcdef",
      "worker init ghp_abcdef",
      "worker run --token ghp_abcdef",
    ])
      expect(JSON.stringify({ ...parse(line), command: undefined })).not.toContain("ghp_");
  });

  it("is read or refused, whatever it says", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "worker",
        "init",
        "audit",
        "verify",
        "--json",
        "--",
        "-",
        "--server",
        "--=",
        "__proto__",
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        expect(["run", "help", "version", "wrong"]).toContain(parseCommandLine(words, commands).kind);
      }),
    );
  });
});

describe("the help", () => {
  it("of every command names all its options and exit codes, in lines of at most 100 characters", () => {
    for (const command of commands) {
      const help = commandHelp(command);
      for (const name of [...Object.keys(command.options), "json", "help"])
        expect(help).toContain(`--${name}`);
      for (const code of Object.keys(command.exits)) expect(help).toMatch(new RegExp(`^  ${code} `, "m"));
      for (const line of help.split("\n").filter((text) => !text.includes("pulsekeep ")))
        expect(line.length).toBeLessThanOrEqual(100);
      expect(command.examples.every((example) => help.includes(example))).toBe(true);
    }
  });

  it("lists every command, and those of a group", () => {
    expect(commands.every(({ words }) => overviewHelp(commands, []).includes(words.join(" ")))).toBe(true);
    expect(overviewHelp(commands, ["worker"])).not.toContain("audit verify");
  });

  it("shows examples that the program understands", () => {
    for (const { examples } of commands) {
      for (const example of examples) {
        const [, ...words] = (example.split(" | ")[0] ?? "").split(" ");
        expect({ example, kind: parseCommandLine(words, commands).kind }).toEqual({ example, kind: "run" });
      }
    }
  });
});
