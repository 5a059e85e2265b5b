import { createHash } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { z } from "zod";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { ConsentToken } from "./consent-token.js";
import { GitHubError } from "./github-error.js";

const SCOPES = "repo workflow";
const TIMEOUT_MS = 10_000;
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

  /** @throws GitHubError `consent_expired`, `consent_scope_missing`, `github_unavailable` */
  async exchangeCode({ code, verifier }: { code: string; verifier: string }): Promise<ConsentToken> {
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
      throw new GitHubError("github_unavailable", { cause });
    });
    if (!response.ok) throw new GitHubError("github_unavailable", { status: response.status });
    const answer = tokenSchema.parse(await response.json());
    if ("error" in answer) throw new GitHubError("consent_expired", { detail: answer.error });
    const token = new ConsentToken(answer.access_token);
    const granted = answer.scope.split(/[\s,]+/);
    if (SCOPES.split(" ").every((scope) => granted.includes(scope))) return token;
    await this.endGrant(token);
    throw new GitHubError("consent_scope_missing");
  }

  /**
   * Ends the whole grant, not just this token, so that no later request gets these scopes without a new
   * consent. True when GitHub confirmed it, or says that there is nothing left to end.
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
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch(() => undefined);
      // 422 and 404: GitHub no longer knows the token, which is what we want.
      if (response && [204, 404, 422].includes(response.status)) return true;
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
    }
    return false;
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
