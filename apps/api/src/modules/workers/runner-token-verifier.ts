import { Inject, Injectable } from "@nestjs/common";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { z } from "zod";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { LOGGER, type Logger } from "../../platform/logger.js";

const numericText = z.string().regex(/^\d{1,20}$/);

/** The claims of GitHub's token that a handshake is bound to. `sub` is not among them: its format has changed. */
const claimsSchema = z.object({
  jti: z.string().min(1).max(200),
  iat: z.number().int(),
  exp: z.number().int(),
  repository_id: numericText,
  repository_owner_id: numericText,
  workflow_ref: z.string().max(500),
  workflow_sha: z.string().max(64).optional(),
  run_id: numericText,
  run_attempt: numericText.optional(),
  event_name: z.string().max(60).optional(),
});
export type RunnerClaims = z.infer<typeof claimsSchema>;

/**
 * Verifies the OIDC token of a GitHub Actions run.
 * Source: GitHub docs, "OpenID Connect reference".
 */
@Injectable()
export class RunnerTokenVerifier {
  private readonly keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    // An unknown `kid` makes the set ask GitHub again, at most once in 30 seconds.
    this.keys = createRemoteJWKSet(new URL(`${env.GITHUB_OIDC_ISSUER}/.well-known/jwks`), {
      cooldownDuration: 30_000,
      cacheMaxAge: 600_000,
      timeoutDuration: 5_000,
    });
  }

  /** The claims, or undefined when the token is not GitHub's for this audience. */
  async verify(token: string, audience: string): Promise<RunnerClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer: this.env.GITHUB_OIDC_ISSUER,
        audience,
        algorithms: ["RS256"],
        clockTolerance: 30,
        requiredClaims: ["exp", "iat", "jti"],
      });
      // One audience, ours: a token that also speaks to somebody else could be replayed by them.
      if (typeof payload.aud !== "string") return undefined;
      return claimsSchema.parse(payload);
    } catch (error) {
      // Not the token's fault: GitHub's keys could not be had, and the worker should come again.
      const foreign = !(error instanceof errors.JOSEError) && !(error instanceof z.ZodError);
      if (foreign || error instanceof errors.JWKSTimeout) throw new AppError("unavailable", { cause: error });
      this.logger.warn(
        { reason: error instanceof errors.JOSEError ? error.code : "claims" },
        "runner token refused",
      );
      return undefined;
    }
  }
}
