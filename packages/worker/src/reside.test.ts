import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { readConfig, type WorkerConfig } from "./config.js";
import { renderAllowList } from "./render-allow-list.js";
import { reside } from "./reside.js";
import type { ResidentEvent, ResidentSurroundings } from "./resident-stay.js";
import { readRunnerFacts } from "./runner-facts.js";
import { FakeGitHub, TOKEN } from "./testing/fake-github.js";
import { CLIENT_ID, commitParams, FakeServer, SECRET } from "./testing/fake-server.js";
import { type DoubleRequest, fetchFrom } from "./testing/http-double.js";
import { WORKER_VERSION } from "./version.js";

const repository = "alice/keepstreak-pulse";
const hello = { workerVersion: WORKER_VERSION, runner: readRunnerFacts({}) };
const MAX_EVENTS = 300;

let now: Date;
let github: FakeGitHub;
let server: FakeServer;
let config: WorkerConfig;
let stop: AbortController;
let events: ResidentEvent[];
let around: ResidentSurroundings;
/** Called before the server answers. */
let onRequest: (request: DoubleRequest) => void;
/** Called for each event; the tests end the stay here. */
let onEvent: (event: ResidentEvent) => void;

beforeEach(() => {
  now = new Date("2026-03-14T09:26:53.000Z");
  github = new FakeGitHub(repository, { "allow.json": renderAllowList({ repository }) });
  server = new FakeServer(() => now, "none");
  server.url = "https://pulse.example";
  stop = new AbortController();
  events = [];
  onRequest = () => undefined;
  onEvent = () => undefined;
  const read = readConfig({
    KEEPSTREAK_SERVER_URL: server.url,
    KEEPSTREAK_CLIENT_ID: CLIENT_ID,
    HANDSHAKE_SECRET: SECRET.toString("base64url"),
    GITHUB_REPOSITORY: repository,
    GITHUB_API_URL: "https://github.example/api",
    GITHUB_TOKEN: TOKEN,
  });
  if (!read.ok) throw new Error(read.problem);
  config = read.config;
  around = {
    now: () => now,
    randomBytes,
    random: () => 0.5,
    sleep: (ms) => {
      now = new Date(now.getTime() + ms);
      return Promise.resolve();
    },
    fetch: fetchFrom((request) => {
      if (!request.path.startsWith("/v1/")) return github.handle(request);
      onRequest(request);
      return server.handle(request);
    }),
    log: () => undefined,
    stop: stop.signal,
    onEvent: (event) => {
      events.push(event);
      if (events.length > MAX_EVENTS) throw new Error("the worker does not end");
      onEvent(event);
    },
  };
});

const stay = () => reside(config, around, hello);
const outcomes = () => server.reports.map((report) => report.result.outcome);
const stopAfter = (kind: ResidentEvent["kind"], count = 1) => {
  onEvent = () => {
    if (events.filter((event) => event.kind === kind).length === count) stop.abort();
  };
};

describe("a resident worker", () => {
  it("performs what it claims, one claim after the other, until it is stopped", async () => {
    server.enqueue("commit", commitParams());
    onEvent = ({ kind }) => {
      if (kind !== "performed") return;
      if (server.reports.length === 2) stop.abort();
      else server.enqueue("commit", commitParams({ content: "- another line" }));
    };
    expect(await stay()).toEqual({ kind: "stopped" });
    expect(outcomes()).toEqual(["succeeded", "succeeded"]);
    expect(github.files["pulse/journal.md"]).toBe("- a line\n- another line\n");
    expect(server.paths.filter((path) => path === "/v1/worker/hello")).toHaveLength(1);
  });

  it("finishes and reports the run under way when it is stopped, and gives the others back", async () => {
    const first = server.enqueue("commit", commitParams());
    const others = [server.enqueue("commit", commitParams()), server.enqueue("verify", {})];
    stopAfter("performed");
    expect(await stay()).toEqual({ kind: "stopped" });
    expect(server.reports.map(({ runId }) => runId)).toEqual([first]);
    expect(server.releasedRunIds).toEqual(others);
  });

  it("gives back what a long poll has claimed that was cut off by the stop", async () => {
    const runId = server.enqueue("commit", commitParams());
    const claimIds: unknown[] = [];
    onRequest = ({ path, body }) => {
      if (path !== "/v1/worker/claim") return;
      claimIds.push((JSON.parse(body) as { claimId: unknown }).claimId);
      if (claimIds.length > 1) return;
      stop.abort();
      throw new DOMException("cut off", "AbortError");
    };
    expect(await stay()).toEqual({ kind: "stopped" });
    expect(claimIds).toEqual([claimIds[0], claimIds[0]]);
    expect(server.releasedRunIds).toEqual([runId]);
    expect(server.reports).toEqual([]);
  });

  it("comes back after the server was away, with pauses that grow", async () => {
    server.faults.set(
      "/v1/worker/hello",
      Array.from({ length: 25 }, () => "down" as const),
    );
    stopAfter("heard");
    expect(await stay()).toEqual({ kind: "stopped" });
    const away = events.flatMap((event) => (event.kind === "away" ? [event.nextTryInMs] : []));
    expect(away).toEqual([750, 1_500, 3_000, 6_000, 12_000]);
  });

  it("acts on nothing that came from somebody else, and goes on asking", async () => {
    server.enqueue("commit", commitParams());
    server.faults.set("/v1/worker/claim", ["wrong_key", "unsigned", "altered_body"]);
    stopAfter("heard");
    expect(await stay()).toEqual({ kind: "stopped" });
    expect(github.history).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === "away")).toHaveLength(3);
  });

  it("opens a new session before the old one is over, and when the server has forgotten it", async () => {
    let claims = 0;
    onRequest = ({ path }) => {
      // Each poll takes its time, as a real one does.
      if (path === "/v1/worker/claim") now = new Date(now.getTime() + 25_000);
      if (path === "/v1/worker/claim" && ++claims === 60) stop.abort();
    };
    expect(await stay()).toEqual({ kind: "stopped" });
    expect(server.paths.filter((path) => path === "/v1/worker/hello").length).toBeGreaterThan(2);
    expect(server.refusals).toEqual([]);
  });

  it("reports a run once the server is there again", async () => {
    server.enqueue("commit", commitParams());
    server.faults.set(
      "/v1/worker/report",
      Array.from({ length: 7 }, () => "down" as const),
    );
    stopAfter("performed");
    await stay();
    expect(outcomes()).toEqual(["succeeded"]);
    expect(github.history).toHaveLength(2);
  });

  it("refuses to update itself, with its reason, and writes nothing", async () => {
    const signed = { text: "{}", signatures: [] };
    server.enqueue("update", { manifest: signed, roots: [] });
    stopAfter("performed");
    expect(await stay()).toEqual({ kind: "stopped" });
    expect(server.reports.map(({ result }) => result)).toEqual([
      {
        outcome: "refused",
        reason: {
          code: "unsupported_kind",
          detail: "a resident worker is updated on its own machine",
        },
      },
    ]);
    expect(github.requests.filter((line) => !line.startsWith("GET "))).toEqual([]);
  });

  it("reads the user's bounds anew for every claim", async () => {
    server.enqueue("commit", commitParams());
    onEvent = (event) => {
      if (event.kind !== "performed") return;
      if (server.reports.length === 2) return stop.abort();
      github.push({ "allow.json": renderAllowList({ repository: "alice/other" }) });
      server.enqueue("commit", commitParams());
    };
    await stay();
    expect(outcomes()).toEqual(["succeeded", "refused"]);
  });

  it("ends when the server will not have it, and says why", async () => {
    const { now: serverNow } = around;
    around.now = () => new Date(serverNow().getTime() + 3_600_000);
    expect(await stay()).toEqual({ kind: "refused", code: "proof_refused" });
    expect(server.paths).toEqual(["/v1/worker/hello"]);
  });
});
