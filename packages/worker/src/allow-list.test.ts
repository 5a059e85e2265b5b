import { beforeEach, describe, expect, it } from "vitest";
import { parseAllowList } from "./allow-list.js";
import { renderAllowList } from "./render-allow-list.js";
import { FakeGitHub } from "./testing/fake-github.js";
import { commitParams } from "./testing/fake-server.js";
import { refusedAs, REPOSITORY, WorkerBench } from "./testing/worker-bench.js";

let bench: WorkerBench;
beforeEach(() => {
  bench = new WorkerBench();
  for (const file of ["ci.yml", "Ci.yml", "deploy.yml"]) bench.github.workflows.set(file, "active");
  bench.allow({
    kinds: ["commit", "keepalive", "dispatch"],
    workflows: {
      "pulse.yml": { inputs: {} },
      "ci.yml": { inputs: { target: "staging|test", note: "[a-z ]{0,20}" } },
    },
  });
});

const target = { owner: "alice", repo: "keepstreak-pulse" };
const dispatch = (change: Record<string, unknown> = {}) => ({
  ...target,
  workflow: "ci.yml",
  inputs: { target: "staging" },
  ...change,
});

describe("a way around allow.json: another repository", () => {
  it.each([
    ["of another owner", { owner: "mallory" }],
    ["whose name only begins alike", { repo: "keepstreak-pulse2" }],
    ["whose name is the beginning", { repo: "keepstreak-puls" }],
    ["with the ending of a clone address", { repo: "keepstreak-pulse.git" }],
    ["of the same name at the worker's owner's organization", { owner: "alice-inc" }],
  ])("%s is refused", async (_, change) => {
    expect(await bench.resultOf("dispatch", dispatch(change))).toEqual(refusedAs("not_allowed"));
    expect(await bench.resultOf("commit", commitParams(change))).toEqual(refusedAs("not_allowed"));
    const keepalive = { ...target, workflows: ["pulse.yml"], ...change };
    expect(await bench.resultOf("keepalive", keepalive)).toEqual(refusedAs("not_allowed"));
  });

  it.each([
    ["by a path", { repo: "../mallory/loot" }],
    ["by an encoded path", { repo: "..%2Fmallory%2Floot" }],
    ["by dots", { repo: ".." }],
    ["by a query", { repo: "keepstreak-pulse?x" }],
    ["by a fragment", { repo: "keepstreak-pulse#" }],
    ["by an owner with a slash", { owner: "alice/keepstreak-pulse" }],
    ["by a letter that looks alike", { owner: "аlice" }],
    ["by a letter that lower case makes one of ours", { repo: "\u212aeepstreak-pulse" }],
    ["by a dotless i", { owner: "al\u0131ce" }],
    ["by an invisible character", { repo: "keepstreak-pulse\u200b" }],
    ["by a line break", { repo: "keepstreak-pulse\n" }],
    ["by no name at all", { repo: "" }],
  ])("%s is no name", async (_, change) => {
    expect(await bench.resultOf("dispatch", dispatch(change))).toEqual(refusedAs("invalid_params"));
    expect(await bench.resultOf("commit", commitParams(change))).toEqual(refusedAs("invalid_params"));
  });

  it("in another case is the same one, as for GitHub", async () => {
    const shouted = { owner: "ALICE", repo: "KeepStreak-Pulse" };
    bench.github.handle = caseless(bench.github);
    expect(await bench.resultOf("dispatch", dispatch(shouted))).toMatchObject({ outcome: "succeeded" });
  });

  it("that goes by another name now is refused, whoever has the old one", async () => {
    bench.github.fullName = "alice/renamed";
    expect(await bench.resultOf("dispatch", dispatch())).toEqual(refusedAs("not_allowed"));
    expect(bench.github.started).toEqual([]);
  });

  it("is not followed to by a redirect", async () => {
    const seen: (RequestInit["redirect"] | undefined)[] = [];
    const { fetch } = bench.around;
    bench.around.fetch = (input, init) => {
      seen.push(init?.redirect);
      return fetch(input, init);
    };
    await bench.resultOf("dispatch", dispatch());
    await bench.resultOf("commit", commitParams());
    expect(new Set(seen)).toEqual(new Set(["error"]));
  });

  /** GitHub takes any case for an owner and a repository. */
  function caseless(github: FakeGitHub): FakeGitHub["handle"] {
    const { handle } = github;
    return (request) =>
      handle({ ...request, path: request.path.replace(/\/repos\/[^/]+\/[^/]+/, `/repos/${REPOSITORY}`) });
  }
});

describe("a way around allow.json: another branch", () => {
  beforeEach(() => bench.allow({ branches: ["main", "release/1"] }));

  it.each([
    ["that is not named", "develop"],
    ["in another case", "Main"],
    ["by its full ref", "refs/heads/main"],
    ["that a name is the beginning of", "main2"],
    ["that a name ends with", "x/main"],
    ["below a named one", "release/1/x"],
    ["above a named one", "release"],
    ["by a name of every object", "constructor"],
  ])("%s is refused", async (_, branch) => {
    expect(await bench.resultOf("commit", commitParams({ branch }))).toEqual(refusedAs("not_allowed"));
    expect(bench.github.requests.filter((line) => /POST|PATCH|PUT/.test(line))).toEqual([]);
  });

  it("is none: the named one is written to, and where none is named, nothing is", async () => {
    expect(await bench.resultOf("commit", commitParams())).toMatchObject({ outcome: "succeeded" });
    bench.allow({ branches: [] });
    expect(await bench.resultOf("commit", commitParams())).toEqual(refusedAs("not_allowed"));
  });

  it("keeps what is no commit going", async () => {
    const keepalive = { ...target, workflows: ["pulse.yml"] };
    expect(await bench.resultOf("keepalive", keepalive)).toMatchObject({ outcome: "succeeded" });
  });
});

describe("a way around allow.json: another workflow", () => {
  it.each([
    ["that is not named", "deploy.yml"],
    ["in another case", "Ci.yml"],
    ["with the other ending", "ci.yaml"],
  ])("%s is refused", async (_, workflow) => {
    expect(await bench.resultOf("dispatch", dispatch({ workflow }))).toEqual(refusedAs("not_allowed"));
  });

  it.each([
    ["by a path", "../ci.yml"],
    ["by a path below", "sub/ci.yml"],
    ["by its whole path", ".github/workflows/ci.yml"],
    ["by its number", "161335"],
    ["by an encoded slash", "..%2Fci.yml"],
    ["by a hidden name", ".ci.yml"],
    ["by a name of every object", "__proto__"],
    ["by a number instead of a name", 161335],
    ["by a list", ["ci.yml"]],
  ])("%s is no file name", async (_, workflow) => {
    expect(await bench.resultOf("dispatch", dispatch({ workflow }))).toEqual(refusedAs("invalid_params"));
  });

  it("named only for its inputs' sake is not started when GitHub knows it by another file", async () => {
    bench.github.answers = [];
    const { handle } = bench.github;
    bench.github.handle = (request) =>
      request.path.endsWith("/actions/workflows/ci.yml")
        ? { status: 200, body: { path: ".github/workflows/deploy.yml", state: "active" } }
        : handle(request);
    expect(await bench.resultOf("dispatch", dispatch())).toEqual(refusedAs("target_not_found"));
    expect(bench.github.started).toEqual([]);
  });

  it("of its own is never started, though it may be kept enabled", async () => {
    const own = dispatch({ workflow: "pulse.yml", inputs: {} });
    expect(await bench.resultOf("dispatch", own)).toEqual(refusedAs("not_allowed"));
    const keepalive = { ...target, workflows: ["pulse.yml"] };
    expect(await bench.resultOf("keepalive", keepalive)).toMatchObject({ outcome: "succeeded" });
  });

  it.each([
    ["a branch", { ref: "release" }],
    ["a tag", { ref: "refs/tags/v1" }],
    ["a ref upwards", { ref: "refs/heads/../tags/v1" }],
  ])("cannot be asked for on %s: it runs on the default branch", async (_, change) => {
    expect(await bench.resultOf("dispatch", dispatch(change))).toEqual(refusedAs("invalid_params"));
  });
});

describe("a way around allow.json: another input", () => {
  it.each([
    ["that is not named", { other: "x" }],
    ["whose value only begins well", { target: "staging; rm -rf /" }],
    ["whose value only ends well", { target: "production or staging" }],
    ["whose value has a line that is good", { target: "staging\nproduction" }],
    ["whose value ends in a line break", { target: "staging\n" }],
    ["whose value is one alternative and more", { target: "staging|test" }],
    ["whose value is empty", { target: "" }],
    ["in another case", { Target: "staging" }],
    ["whose value has letters that look alike", { target: "stаging" }],
  ])("%s is refused", async (_, inputs) => {
    expect(await bench.resultOf("dispatch", dispatch({ inputs }))).toEqual(refusedAs("not_allowed"));
    expect(bench.github.started).toEqual([]);
  });

  it.each([
    ["that only the worker gives", { keepstreak_run: "x" }],
    ["that is no text", { target: true }],
    ["that is a list", { target: ["staging"] }],
    ["that is no name", { "a b": "x" }],
  ])("%s is refused as a parameter", async (_, inputs) => {
    expect(await bench.resultOf("dispatch", dispatch({ inputs }))).toEqual(refusedAs("invalid_params"));
  });

  it("of a name that every object has is not one that the list has", async () => {
    const inputs = { constructor: "staging" };
    expect(await bench.resultOf("dispatch", dispatch({ inputs }))).toEqual(refusedAs("not_allowed"));
  });

  it("is given as it is: nothing of it reaches a shell", async () => {
    bench.allow({ kinds: ["dispatch"], workflows: { "ci.yml": { inputs: { note: ".*" } } } });
    const note = "$(id) `id` ${{ github.token }} --upload-pack=id";
    expect(await bench.resultOf("dispatch", dispatch({ inputs: { note } }))).toMatchObject({
      outcome: "succeeded",
    });
    expect(bench.github.started[0]?.inputs).toEqual({ note });
  });
});

describe("a way around allow.json: another branch or path", () => {
  it.each([
    ["a tag", { branch: "../tags/v1" }],
    ["dots", { branch: "a..b" }],
    ["a full ref with dots", { branch: "refs/heads/../main" }],
    ["an option", { branch: "-f" }],
    ["a lock", { branch: "main.lock" }],
    ["a hidden part", { branch: "a/.b" }],
    ["a slash at its end", { branch: "main/" }],
    ["an at sign and brace", { branch: "main@{1}" }],
    ["a space", { branch: "main x" }],
    ["letters that look alike", { branch: "mаin" }],
    ["a path through another folder", { path: "pulse/../worker.mjs.md" }],
    ["a path from the root", { path: "/pulse/a.md" }],
    ["a path in two spellings", { path: "pulse\u2215a.md" }],
    ["an encoded slash", { path: "pulse%2f..%2fallow.json" }],
    ["a file in the root", { path: "allow.json" }],
  ])("%s is no place to commit to", async (_, change) => {
    expect(await bench.resultOf("commit", commitParams(change))).toEqual(refusedAs("invalid_params"));
    expect(bench.github.files["pulse/journal.md"]).toBeUndefined();
  });

  it.each([
    ["the data folder in another case", { path: "Pulse/journal.md" }],
    ["a folder beside it", { path: "pulses/journal.md" }],
    ["the user's docs", { path: "docs/pulse/journal.md" }],
  ])("%s is refused", async (_, change) => {
    expect(await bench.resultOf("commit", commitParams(change))).toEqual(refusedAs("not_allowed"));
  });
});

describe("allow.json itself", () => {
  const good = renderAllowList({ repository: REPOSITORY });

  it.each<[string, Record<string, string>, string[]]>([
    ["missing", { "README.md": "" }, []],
    ["a folder", { "allow.json/a": good }, []],
    ["in another case", { "Allow.json": good }, []],
    ["elsewhere", { "pulse/allow.json": good }, []],
    ["a link to another file, though that one is good", { "allow.json": good }, ["allow.json"]],
  ])("refuses everything when it is %s", async (_, files, links) => {
    bench.github = new FakeGitHub(REPOSITORY, files);
    for (const name of links) bench.github.links.add(name);
    const before = bench.github.head;
    for (const [kind, params] of [
      ["verify", {}],
      ["commit", commitParams()],
      ["keepalive", { ...target, workflows: ["pulse.yml"] }],
      ["dispatch", dispatch()],
    ] as const)
      expect(await bench.resultOf(kind, params)).toEqual(refusedAs("allow_list_unreadable"));
    expect([bench.github.head, bench.github.enabled]).toEqual([before, []]);
  });

  it.each([
    ["is no JSON", "{"],
    ["is empty", ""],
    ["is a list", "[]"],
    ["has a comment", `// mine\n${good}`],
    ["begins with a byte order mark", `\uFEFF${good}`],
    ["ends in a second object", `${good}{}`],
    ["names a key twice", good.replace('"version": 1,', '"version": 1, "version": 1,')],
    ["names a key twice, once escaped", good.replace('"version": 1,', '"version": 1, "\\u0076ersion": 1,')],
    ["names a nested key twice", good.replace('"commit": 24', '"commit": 0, "commit": 24')],
    ["has a prototype", good.replace('"version": 1,', '"version": 1, "__proto__": {},')],
    ["lacks a field", good.replace(/"dataFolder": .*\n/, "")],
    ["has a pattern that is none", good.replace('"inputs": {}', '"inputs": {"a": "("}')],
    ["has a pattern that closes what binds it", good.replace('"inputs": {}', '"inputs": {"a": "x)|(?:.*"}')],
    ["has a pattern that is no text", good.replace('"inputs": {}', '"inputs": {"a": true}')],
    ["has a cap that is no number", good.replace('"commit": 24', '"commit": "24"')],
    ["has a cap below none", good.replace('"commit": 24', '"commit": -1')],
    ["has a cap of a half", good.replace('"commit": 24', '"commit": 1.5')],
    ["has a cap of something else", good.replace('"commit": 24', '"commit": 24, "verify": 1')],
    ["has no cap of commits", good.replace('"commit": 24', '"dispatch": 24')],
    ["has a policy that nobody knows", good.replace('"ask"', '"always"')],
    ["has a repository that is a pattern", good.replace(REPOSITORY, "alice/*")],
    ["has a repository with letters that look alike", good.replace(REPOSITORY, "аlice/keepstreak-pulse")],
    ["has branches that are no list", good.replace('"version": 1,', '"version": 1, "branches": "main",')],
    ["has a branch that is no text", good.replace('"version": 1,', '"version": 1, "branches": [1],')],
    ["has a kind in another case", good.replace('"commit"', '"Commit"')],
  ])("is obeyed in nothing when it %s", (_, text) => {
    expect(text).not.toBe(good);
    expect(parseAllowList(Buffer.from(text))).toBeUndefined();
  });

  it("is obeyed in nothing when it is no UTF-8", () => {
    expect(parseAllowList(Buffer.concat([Buffer.from(good), Buffer.from([0xff])]))).toBeUndefined();
  });

  it("is read again at each waking, at the default branch", async () => {
    expect(await bench.resultOf("commit", commitParams())).toMatchObject({ outcome: "succeeded" });
    bench.allow({ kinds: [] });
    expect(await bench.resultOf("commit", commitParams())).toEqual(refusedAs("not_allowed"));
    const reads = bench.github.requests.filter((line) => line.endsWith("/contents"));
    expect(reads).toHaveLength(2);
  });
});
