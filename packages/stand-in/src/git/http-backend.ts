import { execFileSync, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";

export interface BackendRequest {
  readonly environment: Readonly<Record<string, string>>;
  /** Set when the reply must be lost after the effect. */
  readonly loseReply: boolean;
  /** Runs when git is done and before the client learns of it. */
  readonly onDone: () => Promise<void>;
}

let execPath: string | undefined;

/**
 * Hands one smart-HTTP request to git's own CGI (`git help http-backend`) and streams its answer.
 */
export function serveHttpBackend(
  request: IncomingMessage,
  response: ServerResponse,
  options: BackendRequest,
): Promise<void> {
  execPath ??= execFileSync("git", ["--exec-path"]).toString().trim();
  const program = join(execPath, "git-http-backend");
  return new Promise((resolve, reject) => {
    const child = spawn(program, [], { env: { ...options.environment }, stdio: ["pipe", "pipe", "pipe"] });
    const head = new CgiHead(response, options.loseReply);
    child.stdin.on("error", () => {});
    request.pipe(child.stdin);
    child.stdout.on("data", (chunk: Buffer) => head.write(chunk));
    child.stderr.resume();
    child.on("error", (error) => {
      response.destroy();
      reject(error);
    });
    response.on("close", () => {
      if (child.exitCode === null && !options.loseReply) child.kill();
    });
    child.on("close", () => {
      options.onDone().then(() => {
        if (options.loseReply) request.socket.destroy();
        else head.end();
        resolve();
      }, reject);
    });
  });
}

/** Splits the CGI's header block off and passes the rest through. */
class CgiHead {
  readonly #response: ServerResponse;
  readonly #discard: boolean;
  #pending: Buffer | undefined = Buffer.alloc(0);

  constructor(response: ServerResponse, discard: boolean) {
    this.#response = response;
    this.#discard = discard;
  }

  write(chunk: Buffer): void {
    if (this.#discard) return;
    if (!this.#pending) {
      this.#response.write(chunk);
      return;
    }
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const end = this.#pending.indexOf("\r\n\r\n");
    if (end < 0) return;
    const rest = this.#pending.subarray(end + 4);
    this.#writeHead(this.#pending.subarray(0, end).toString());
    this.#pending = undefined;
    this.#response.write(rest);
  }

  #writeHead(block: string): void {
    for (const line of block.split("\r\n")) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon);
      const value = line.slice(colon + 1).trim();
      if (name.toLowerCase() === "status") this.#response.statusCode = Number(value.slice(0, 3));
      else this.#response.setHeader(name, value);
    }
  }

  end(): void {
    if (this.#pending && !this.#response.headersSent) this.#response.statusCode = 500;
    this.#response.end();
  }
}
