import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Inject, Injectable } from "@nestjs/common";
import { z } from "zod";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { ConsentToken } from "./consent-token.js";
import { GitHubError } from "./github-error.js";

const SCOPES = "repo workflow";
const TIMEOUT_MS = 10_000;
// Together with the time that the steps may take, less than the minute that we promise.
const REVOKE_TIMEOUT_MS = 4_000;
const REVOKE_ATTEMPTS = 4;

const tokenSchema = z.union([
  z.object({ access_token: z.string().min(1), scope: z.string() }),
  z.object({ error: z.string() }),
]);

/**
 * The consent that lends us a token for one provisioning: an OAuth app of its own, so that signing in never
 * carries these scopes. Source: GitHub docs, "Authorizing OAuth apps", "REST API endpoints for OAuth authorizations".
 */
@Injectable()
export class GitHubConsent {
  constructor(@Inject(ENV) private readonly env: Env) {}

  /** @throws AppError `provisioning_unavailable` when no app is configured */
  authorizeUrl({ state, verifier }: { state: string; verifier: string }): string {
    const { clientId } = this.getApp();
    const url = new URL(`${this.env.GITHUB_URL}/login/oauth/authorize`);
    url.search = new URLSearchParams({
      client_id: clientId,
      redirect_uri: this.redirectUri,
      scope: SCOPES,
      state,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      allow_signup: "false",
    }).toString();
    return url.href;
  }

  /** Where a person can end the consent without us. */
  get revokeUrl(): string {
    return `${this.env.GITHUB_URL}/settings/connections/applications/${this.env.GITHUB_PROVISIONING_CLIENT_ID ?? ""}`;
  }

  /**
   * The token, and whether it may do all that provisioning needs. From here on the caller has to end it.
   *
   * @throws GitHubError `consent_expired`, `github_timeout`, `github_unavailable`, `github_unexpected`
   */
  async exchangeCode({
    code,
    verifier,
  }: {
    code: string;
    verifier: string;
  }): Promise<{ token: ConsentToken; sufficient: boolean }> {
    const { clientId, clientSecret } = this.getApp();
    const response = await fetch(`${this.env.GITHUB_URL}/login/oauth/access_token`, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json", "user-agent": "pulsekeep" },
      body: JSON.stringify({
        client_id: clientId,
        client_secret: clientSecret,
        code,
        redirect_uri: this.redirectUri,
        code_verifier: verifier,
      }),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      const hung = cause instanceof Error && cause.name === "TimeoutError";
      throw new GitHubError(hung ? "github_timeout" : "github_unavailable", { cause });
    });
    if (!response.ok) throw new GitHubError("github_unavailable", { status: response.status });
    const answer = tokenSchema.safeParse(await response.json().catch(() => undefined));
    // What did not parse may hold the token: nothing of it goes into the error.
    if (!answer.success) throw new GitHubError("github_unexpected", { status: response.status });
    if ("error" in answer.data) throw new GitHubError("consent_expired", { detail: answer.data.error });
    const granted = answer.data.scope.split(/[\s,]+/);
    return {
      token: new ConsentToken(answer.data.access_token),
      sufficient: SCOPES.split(" ").every((scope) => granted.includes(scope)),
    };
  }

  /**
   * Ends the whole grant, not just this token, so that no later request gets these scopes without a new
   * consent. True when GitHub confirmed it, or refuses the token. Never throws.
   */
  async endGrant(token: ConsentToken): Promise<boolean> {
    const { clientId, clientSecret } = this.getApp();
    for (let attempt = 1; attempt <= REVOKE_ATTEMPTS; attempt++) {
      const response = await fetch(`${this.env.GITHUB_API_URL}/applications/${clientId}/grant`, {
        method: "DELETE",
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
          accept: "application/vnd.github+json",
          "content-type": "application/json",
          "user-agent": "pulsekeep",
          "x-github-api-version": "2022-11-28",
        },
        body: JSON.stringify({ access_token: token.reveal() }),
        redirect: "error",
        signal: AbortSignal.timeout(REVOKE_TIMEOUT_MS),
      }).catch(() => undefined);
      if (response?.status === 204) return true;
      // 404 and 422 may mean that it is gone since an answer that got lost, or that this was refused.
      if (response && [404, 422].includes(response.status) && (await this.isRefused(token))) return true;
      await delay(250 * 2 ** attempt);
    }
    return false;
  }

  /** Whether GitHub says 401 to the token: the one proof that it is worth nothing any more. */
  private async isRefused(token: ConsentToken): Promise<boolean> {
    const response = await fetch(`${this.env.GITHUB_API_URL}/user`, {
      headers: { authorization: `Bearer ${token.reveal()}`, "user-agent": "pulsekeep" },
      redirect: "error",
      signal: AbortSignal.timeout(REVOKE_TIMEOUT_MS),
    }).catch(() => undefined);
    return response?.status === 401;
  }

  private get redirectUri(): string {
    return `${this.env.PULSEKEEP_PUBLIC_URL}/api/v1/provisionings/callback`;
  }

  private getApp(): { clientId: string; clientSecret: string } {
    const { GITHUB_PROVISIONING_CLIENT_ID: clientId, GITHUB_PROVISIONING_CLIENT_SECRET: clientSecret } =
      this.env;
    if (clientId === undefined || clientSecret === undefined) throw new AppError("provisioning_unavailable");
    return { clientId, clientSecret };
  }
}
