import { Inject, Injectable } from "@nestjs/common";
import { z } from "zod";
import { ENV, type Env } from "../../env.js";
import { ActionsTokens, numericText } from "../../http/actions-tokens.js";
import { LOGGER, type Logger } from "../../platform/logger.js";

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

/** Verifies the token of a worker's run. */
@Injectable()
export class RunnerTokenVerifier {
  private readonly tokens: ActionsTokens;

  constructor(
    @Inject(ENV) env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.tokens = new ActionsTokens(env.GITHUB_OIDC_ISSUER);
  }

  /** The claims, or undefined when the token is not GitHub's for this audience. */
  async verify(token: string, audience: string): Promise<RunnerClaims | undefined> {
    const checked = await this.tokens.check(token, { audience, claims: claimsSchema });
    if (checked.ok) return checked.claims;
    this.logger.warn({ reason: checked.reason }, "runner token refused");
    return undefined;
  }
}
