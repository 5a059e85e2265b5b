import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from "jose";
import { z } from "zod";
import { AppError } from "../../http/app-error.js";

const numericText = z.string().regex(/^\d{1,20}$/);

/** The claims that a project's trust hangs on. `sub` is not among them: its format has changed before. */
const claimsSchema = z.object({
  repository: z.string().max(200),
  repository_id: numericText,
  repository_owner_id: numericText,
});
type ActionsClaims = z.infer<typeof claimsSchema>;

export type ActionsToken = { projectId: string; claims: ActionsClaims };

/** The audience that a run asks GitHub for: this server and one project, so that a token serves nowhere else. */
export const audienceOf = (publicUrl: string, projectId: string): string =>
  `${publicUrl}/projects/${projectId}`;

/**
 * Builds what verifies the OIDC token of a GitHub Actions run, and says which project it is for. A token that is not
 * GitHub's, or for nobody here, is undefined.
 *
 * Source: GitHub docs, "OpenID Connect reference".
 */
export function createActionsTokenVerifier({ issuer, publicUrl }: { issuer: string; publicUrl: string }) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks`), {
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
    timeoutDuration: 5_000,
  });
  return async (token: string): Promise<ActionsToken | undefined> => {
    const projectId = findProjectId(token, publicUrl);
    if (projectId === undefined) return undefined;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: audienceOf(publicUrl, projectId),
        algorithms: ["RS256"],
        clockTolerance: 30,
        requiredClaims: ["exp", "iat", "jti"],
      });
      return { projectId, claims: claimsSchema.parse(payload) };
    } catch (error) {
      // Not the token's fault: GitHub's keys could not be had, and the pipeline should come again.
      const foreign = !(error instanceof errors.JOSEError) && !(error instanceof z.ZodError);
      if (foreign || error instanceof errors.JWKSTimeout) throw new AppError("unavailable", { cause: error });
      return undefined;
    }
  };
}

/** Read before the signature is verified, to know which audience to verify: one, ours, and no list. */
function findProjectId(token: string, publicUrl: string): string | undefined {
  try {
    const { aud } = decodeJwt(token);
    const prefix = audienceOf(publicUrl, "");
    if (typeof aud !== "string" || !aud.startsWith(prefix)) return undefined;
    return z.uuid().safeParse(aud.slice(prefix.length)).data;
  } catch {
    return undefined;
  }
}
