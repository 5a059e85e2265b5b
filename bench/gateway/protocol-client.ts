import { Agent, request } from "node:http";
import { randomBytes } from "node:crypto";
import {
  deriveWorkerKeys,
  epochAt,
  PROOF_HEADER,
  RESPONSE_HEADER,
  signProof,
  verifyResponse,
  type WorkerKeys,
} from "@pulsekeep/signing";
import { BenchFailure } from "../failure.ts";
import type { EnrolledWorker } from "./enrolled-workers.ts";
import { PUBLIC_URL } from "./start-server.ts";

const HELLO = {
  workerVersion: "0.1.0",
  runner: {
    kind: "actions",
    repository: null,
    runId: "17123456789",
    runAttempt: 1,
    wokenBy: "schedule",
    workflowSha: "b".repeat(40),
    os: "linux",
    nodeVersion: "v24.0.0",
  },
};

/** Speaks a worker's part of the protocol, over connections that are kept. */
export class ProtocolClient {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly keys = new Map<string, WorkerKeys>();
  private readonly sessions = new Map<string, string>();

  private readonly address: string;

  /** @param address where the server listens; proofs speak of the origin that it is known by */
  constructor(address: string) {
    this.address = address;
  }

  async hello(worker: EnrolledWorker, runnerToken: string): Promise<void> {
    const answer = (await this.call(worker, "hello", { body: HELLO, runnerToken })) as { sessionId: string };
    this.sessions.set(worker.workerId, answer.sessionId);
  }

  /** Any further request of the session that `hello` opened. */
  call(worker: EnrolledWorker, path: string, what: { body: object; runnerToken?: string }): Promise<unknown> {
    const body = JSON.stringify(what.body);
    const route = `/v1/worker/${path}`;
    const jti = randomBytes(16).toString("base64url");
    const proof = signProof({
      keys: this.keysOf(worker),
      clientId: worker.clientId,
      now: new Date(),
      jti,
      sessionId: what.runnerToken === undefined ? this.sessions.get(worker.workerId) : undefined,
      request: { server: PUBLIC_URL, method: "POST", url: `${PUBLIC_URL}${route}`, body },
    });
    const headers: Record<string, string | number> = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      [PROOF_HEADER]: proof,
      ...(what.runnerToken === undefined ? {} : { authorization: `Bearer ${what.runnerToken}` }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.address}${route}`,
        { method: "POST", agent: this.agent, headers },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
          });
          response.on("end", () => {
            const status = response.statusCode ?? 0;
            const signed = this.isSigned(worker, {
              status,
              text,
              jti,
              proof: response.headers[RESPONSE_HEADER],
            });
            if (status === 200 && signed) resolve(JSON.parse(text));
            else
              reject(
                new BenchFailure(
                  `${path} was answered ${status}, ${signed ? "signed" : "unsigned"}: ${text}`,
                ),
              );
          });
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private isSigned(
    worker: EnrolledWorker,
    answer: { status: number; text: string; jti: string; proof: string | string[] | undefined },
  ): boolean {
    const keys = this.keysOf(worker);
    return verifyResponse({
      proof: String(answer.proof),
      findKeys: (epoch) => (epoch === keys.epoch ? keys : undefined),
      now: new Date(),
      response: {
        status: answer.status,
        body: answer.text,
        clientId: worker.clientId,
        requestJti: answer.jti,
      },
    }).ok;
  }

  private keysOf(worker: EnrolledWorker): WorkerKeys {
    const kept = this.keys.get(worker.workerId);
    if (kept) return kept;
    const keys = deriveWorkerKeys({ ...worker, epoch: epochAt(new Date()) });
    this.keys.set(worker.workerId, keys);
    return keys;
  }
}
