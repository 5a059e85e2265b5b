import { randomUUID } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import type { OidcJobContext } from "../runner/runner-host.js";
import type { MetaStore } from "../store/meta-store.js";
import { randomText } from "../store/token-hash.js";

const LIFETIME_SECONDS = 300;
const NOT_BEFORE_SECONDS = 600;
const KEY = "oidc_private_jwk";

export interface OidcIssuerOptions {
  readonly issuer: string;
  readonly now: () => number;
}

/**
 * The identity provider of Actions: one RS256 key that survives restarts, and the tokens of jobs.
 * https://docs.github.com/en/actions/reference/security/oidc
 */
export class OidcIssuer {
  readonly issuer: string;
  readonly #now: () => number;
  readonly #privateJwk: JWK;
  readonly #kid: string;
  // Request tokens live as long as their job, which no restart survives.
  readonly #requests = new Map<string, OidcJobContext>();

  private constructor(options: OidcIssuerOptions, privateJwk: JWK, kid: string) {
    this.issuer = options.issuer;
    this.#now = options.now;
    this.#privateJwk = privateJwk;
    this.#kid = kid;
  }

  static async open(meta: MetaStore, options: OidcIssuerOptions): Promise<OidcIssuer> {
    const stored = meta.find(KEY);
    const privateJwk = stored ? (JSON.parse(stored) as JWK) : await generatePrivateJwk();
    if (!stored) meta.put(KEY, JSON.stringify(privateJwk));
    return new OidcIssuer(options, privateJwk, await calculateJwkThumbprint(privateJwk));
  }

  /** The public half, as `/.well-known/jwks` shows it. */
  listKeys(): JWK[] {
    const { kty, n, e } = this.#privateJwk;
    return [{ kty, n, e, kid: this.#kid, alg: "RS256", use: "sig" }];
  }

  /** Opens the endpoint of one job; its token ends with `closeRequest`. */
  openRequest(context: OidcJobContext): { requestTokenPlain: string } {
    const requestTokenPlain = randomText(64);
    this.#requests.set(requestTokenPlain, context);
    return { requestTokenPlain };
  }

  closeRequest(requestTokenPlain: string): void {
    this.#requests.delete(requestTokenPlain);
  }

  findRequest(requestTokenPlain: string): OidcJobContext | undefined {
    return this.#requests.get(requestTokenPlain);
  }

  /** Signs a job's token; without `audience` it is the URL of the repository's owner, as on GitHub. */
  async mintToken(context: OidcJobContext, { audience }: { audience: string }): Promise<string> {
    const iat = Math.floor(this.#now() / 1000);
    return new SignJWT(jobClaims(context))
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: this.#kid })
      .setIssuer(this.issuer)
      .setAudience(audience)
      .setSubject(subjectOf(context))
      .setJti(randomUUID())
      .setIssuedAt(iat)
      .setNotBefore(iat - NOT_BEFORE_SECONDS)
      .setExpirationTime(iat + LIFETIME_SECONDS)
      .sign(await importJWK(this.#privateJwk, "RS256"));
  }
}

/** The immutable form, the default for repositories made after 15 July 2026. */
function subjectOf({ repository, ref }: OidcJobContext): string {
  const owner = `${repository.owner}@${repository.ownerId}`;
  return `repo:${owner}/${repository.name}@${repository.id}:ref:${ref}`;
}

// GitHub sends every number as a string.
function jobClaims(context: OidcJobContext): Record<string, string> {
  const { repository, actor } = context;
  return {
    actor: actor.login,
    actor_id: String(actor.id),
    base_ref: "",
    event_name: context.eventName,
    head_ref: "",
    job_workflow_ref: context.workflowRef,
    job_workflow_sha: context.workflowSha,
    ref: context.ref,
    ref_protected: "false",
    ref_type: context.ref.startsWith("refs/tags/") ? "tag" : "branch",
    repository: `${repository.owner}/${repository.name}`,
    repository_id: String(repository.id),
    repository_owner: repository.owner,
    repository_owner_id: String(repository.ownerId),
    repository_visibility: repository.visibility,
    run_attempt: String(context.runAttempt),
    run_id: String(context.runId),
    run_number: String(context.runNumber),
    runner_environment: context.runnerEnvironment,
    sha: context.sha,
    workflow: context.workflow,
    workflow_ref: context.workflowRef,
    workflow_sha: context.workflowSha,
  };
}

async function generatePrivateJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true, modulusLength: 2048 });
  return exportJWK(privateKey);
}
