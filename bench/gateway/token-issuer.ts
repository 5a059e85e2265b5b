import { createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { runnerAudience } from "@pulsekeep/signing";
import type { EnrolledWorker } from "./enrolled-workers.ts";
import { PUBLIC_URL } from "./start-server.ts";

const KID = "bench";
/** Tokens are signed before the clock starts; GitHub's own live five minutes. */
const LIFETIME_SECONDS = 1_800;

export type TokenIssuer = Awaited<ReturnType<typeof startTokenIssuer>>;

/** In GitHub's place: shows one RSA key of 2048 bits and signs tokens with it as a job's are. */
export async function startTokenIssuer() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: KID, alg: "RS256", use: "sig" };
  const server = createServer((_, response) =>
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] })),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    sign: (worker: EnrolledWorker): string => {
      const claims = {
        ...claimsOf(worker),
        iss: issuer,
        aud: runnerAudience({ serverUrl: PUBLIC_URL, clientId: worker.clientId }),
      };
      const body = `${toText({ typ: "JWT", alg: "RS256", kid: KID })}.${toText(claims)}`;
      return `${body}.${createSign("RSA-SHA256").update(body).sign(privateKey, "base64url")}`;
    },
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

const toText = (json: object): string => Buffer.from(JSON.stringify(json)).toString("base64url");

/** All that GitHub writes into a job's token: its size is part of the work. */
function claimsOf(worker: EnrolledWorker): Record<string, string | number> {
  const iat = Math.floor(Date.now() / 1_000);
  const [repository = ""] = worker.workflowRef.split("/.github/");
  const [owner = ""] = repository.split("/");
  return {
    jti: randomUUID(),
    sub: `repo:${owner}@${worker.repositoryOwnerId}/keepstreak-pulse@${worker.repositoryId}:ref:refs/heads/main`,
    iat,
    nbf: iat - 600,
    exp: iat + LIFETIME_SECONDS,
    actor: owner,
    actor_id: worker.repositoryOwnerId,
    base_ref: "",
    event_name: "schedule",
    head_ref: "",
    job_workflow_ref: worker.workflowRef,
    job_workflow_sha: "b".repeat(40),
    ref: "refs/heads/main",
    ref_protected: "false",
    ref_type: "branch",
    repository,
    repository_id: worker.repositoryId,
    repository_owner: owner,
    repository_owner_id: worker.repositoryOwnerId,
    repository_visibility: "private",
    run_attempt: "1",
    run_id: "17123456789",
    run_number: "1",
    runner_environment: "github-hosted",
    sha: "b".repeat(40),
    workflow: "pulse",
    workflow_ref: worker.workflowRef,
    workflow_sha: "b".repeat(40),
  };
}
