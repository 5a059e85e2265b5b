import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { spawnGuarded } from "@pulsekeep/database/embedded";
import { awaitCondition } from "./await-condition.ts";
import { findFreePort } from "@pulsekeep/database/embedded";
import type { Mutation } from "./mutants.ts";
import type { TcpProxy } from "./tcp-proxy.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const MAIN = path.join(root, "apps/api/dist/main.js");
const PRELOAD = fileURLToPath(new URL("./clock-and-mutant.mjs", import.meta.url));
const START_MS = 60_000;
const RESTART_MS = 500;

export type ServerProcessOptions = {
  name: string;
  roles: readonly string[];
  folder: string;
  env: Record<string, string>;
  mutations: readonly Mutation[];
  postgres: TcpProxy;
  redis: TcpProxy;
};

/** One built server in a process of its own, behind proxies of its own. */
export class ServerProcess {
  readonly name: string;
  readonly roles: readonly string[];
  readonly postgres: TcpProxy;
  readonly redis: TcpProxy;
  readonly url: string;
  private readonly options: ServerProcessOptions;
  private readonly port: number;
  /** What it logged last each time it ended by itself after it had been ready. */
  readonly deaths: string[] = [];
  private child: ChildProcess | undefined;
  private isStopped = false;
  private isWanted = false;
  private isReady = false;

  static async create(options: ServerProcessOptions): Promise<ServerProcess> {
    return new ServerProcess(options, await findFreePort());
  }

  private constructor(options: ServerProcessOptions, port: number) {
    this.options = options;
    this.name = options.name;
    this.roles = options.roles;
    this.postgres = options.postgres;
    this.redis = options.redis;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  get answersHttp(): boolean {
    return this.roles.includes("http");
  }

  /** Starts it and does not wait; when it ends by itself, it is started again, as a supervisor does. */
  spawn(): void {
    this.isWanted = true;
    this.isReady = false;
    const child = this.spawnChild();
    this.child = child;
    child.once("exit", () => {
      if (this.child !== child || !this.isWanted) return;
      if (this.isReady) this.deaths.push(this.readLogEnd());
      setTimeout(() => {
        if (this.child === child && this.isWanted) this.spawn();
      }, RESTART_MS);
    });
  }

  private spawnChild(): ChildProcess {
    // A new process has the right time.
    writeFileSync(this.clockFile, "0");
    const logFd = openSync(this.logFile, "a");
    const child = spawnGuarded({
      command: process.execPath,
      args: ["--import", PRELOAD, "--max-semi-space-size=4", MAIN],
      cwd: root,
      env: {
        PATH: process.env.PATH,
        ...this.options.env,
        PORT: String(this.port),
        PULSEKEEP_ROLES: this.roles.join(","),
        CHAOS_CLOCK_FILE: this.clockFile,
        CHAOS_MUTATIONS: JSON.stringify(this.options.mutations),
      },
      logFd,
      lastSignal: "TERM",
    });
    closeSync(logFd);
    this.isStopped = false;
    return child;
  }

  /**
   * @throws Error with the end of its log when it does not become ready
   */
  async awaitReady(signal?: AbortSignal): Promise<void> {
    await awaitCondition(
      `${this.name} is ready`,
      async () => {
        const answer = await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => {
          throw new Error(`${this.name} does not answer:\n${this.readLogEnd()}`);
        });
        const text = await answer.text();
        if (answer.status !== 200) throw new Error(`${this.name} is not well: ${text}`);
        this.isReady = true;
        return true;
      },
      { timeoutMs: START_MS, signal },
    );
  }

  /** Ends it as the power failing would. */
  async kill(): Promise<void> {
    this.isWanted = false;
    const { child } = this;
    if (child === undefined || !this.isRunning) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  stop(): void {
    if (this.isRunning) this.isStopped = this.child?.kill("SIGSTOP") ?? false;
  }

  goOn(): void {
    if (this.isStopped) this.child?.kill("SIGCONT");
    this.isStopped = false;
  }

  /** Makes its clock wrong by so many milliseconds. */
  setClock(offsetMs: number): void {
    writeFileSync(this.clockFile, String(offsetMs));
  }

  readLogEnd(): string {
    return readFileSync(this.logFile, "utf8").split("\n").slice(-15).join("\n");
  }

  private get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  private get logFile(): string {
    return path.join(this.options.folder, `${this.name}.log`);
  }

  private get clockFile(): string {
    return path.join(this.options.folder, `${this.name}.clock`);
  }
}
