import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import type { ReportRequest } from "@pulsekeep/contracts/worker-protocol";
import { readConfig, type WorkerConfig } from "../config.js";
import { renderAllowList } from "../render-allow-list.js";
import { readRunnerFacts } from "../runner-facts.js";
import type { Surroundings } from "../surroundings.js";
import { WORKER_VERSION } from "../version.js";
import { work } from "../work.js";
import { FakeGitHub, TOKEN } from "./fake-github.js";
import { CLIENT_ID, FakeServer, SECRET } from "./fake-server.js";
import { type DoubleRequest, fetchFrom } from "./http-double.js";

export const REPOSITORY = "alice/keepstreak-pulse";
const SERVER_URL = "https://pulse.example";
const ENV = {
  KEEPSTREAK_SERVER_URL: SERVER_URL,
  KEEPSTREAK_CLIENT_ID: CLIENT_ID,
  HANDSHAKE_SECRET: SECRET.toString("base64url"),
  GITHUB_ACTIONS: "true",
  GITHUB_REPOSITORY: REPOSITORY,
  GITHUB_API_URL: "https://github.example/api",
  GITHUB_TOKEN: TOKEN,
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://github.example/oidc/token?v=1",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
};

/** A worker between a fake server and a fake GitHub, with a clock that only sleeping moves on. */
export class WorkerBench {
  now = new Date("2026-03-14T09:26:53.000Z");
  readonly lines: string[] = [];
  readonly around: Surroundings;
  /** Called with each request before it is answered. */
  onRequest: (request: DoubleRequest) => void = () => undefined;
  github: FakeGitHub;
  server: FakeServer;

  constructor(files: Record<string, string> = { "allow.json": renderAllowList({ repository: REPOSITORY }) }) {
    this.github = new FakeGitHub(REPOSITORY, files);
    this.server = this.startServer();
    this.around = {
      now: () => this.now,
      randomBytes,
      sleep: (ms) => {
        this.pass(ms);
        return Promise.resolve();
      },
      fetch: fetchFrom((request) => {
        this.onRequest(request);
        return (request.path.startsWith("/v1/") ? this.server : this.github).handle(request);
      }),
      log: (line) => this.lines.push(line),
      isStopping: () => false,
    };
  }

  startServer(now = () => this.now, runnerToken: "required" | "none" = "required"): FakeServer {
    this.server = new FakeServer(now, runnerToken);
    this.server.url = SERVER_URL;
    return this.server;
  }

  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  /** Puts a change of the generated allow-list into the repository, as its user would. */
  allow(change: Record<string, unknown>): void {
    const allow = JSON.parse(renderAllowList({ repository: REPOSITORY })) as object;
    this.github.push({ "allow.json": JSON.stringify({ ...allow, ...change }) });
  }

  /** What the worker reads from its environment. */
  config(env: Record<string, string | undefined> = {}): WorkerConfig {
    const read = readConfig({ ...ENV, ...env });
    if (!read.ok) throw new Error(read.problem);
    return read.config;
  }

  async wake(
    env: Record<string, string | undefined> = {},
    config: Partial<WorkerConfig> = {},
  ): Promise<number> {
    const hello = { workerVersion: WORKER_VERSION, runner: readRunnerFacts(ENV) };
    return work({ ...this.config(env), ...config }, this.around, hello);
  }

  /** What the worker reports on one run. */
  async resultOf(
    kind: string,
    params: object,
    change: Parameters<FakeServer["enqueue"]>[2] = {},
  ): Promise<ReportRequest["result"] | undefined> {
    this.server.enqueue(kind, params as Record<string, unknown>, change);
    await this.wake();
    return this.server.reports.at(-1)?.result;
  }
}

const reason = (code: string) => ({ code, detail: expect.any(String) as string });
export const refusedAs = (code: string) => ({ outcome: "refused", reason: reason(code) });
export const failedAs = (code: string) => ({ outcome: "failed", reason: reason(code) });
