import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { z } from "zod";
import { AppError } from "./app-error.js";

/**
 * What is wrong with a token. `not_issued`: not signed by the issuer, or for somebody who is not; `claims`: signed, but
 * without what has to be said.
 */
export type TokenRefusal = "audience" | "expired" | "not_issued" | "claims";

export type CheckedToken<T> = { ok: true; claims: T } | { ok: false; reason: TokenRefusal };

type Expected<T> = { audience: string; claims: z.ZodType<T> };

/** GitHub's numbers of repositories, owners and runs, which come as text. */
export const numericText = z.string().regex(/^\d{1,20}$/);

/**
 * Verifies OIDC tokens of GitHub Actions runs.
 * Source: GitHub docs, "OpenID Connect reference".
 */
export class ActionsTokens {
  private readonly keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(private readonly issuer: string) {
    // An unknown `kid` makes the set ask GitHub again, at most once in 30 seconds.
    this.keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks`), {
      cooldownDuration: 30_000,
      cacheMaxAge: 600_000,
      timeoutDuration: 5_000,
    });
  }

  /** @throws AppError `unavailable` when GitHub's keys cannot be had: not the token's fault, so it may come again */
  async check<T>(token: string, { audience, claims }: Expected<T>): Promise<CheckedToken<T>> {
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer: this.issuer,
        audience,
        algorithms: ["RS256"],
        clockTolerance: 30,
        requiredClaims: ["exp", "iat", "jti"],
      });
      // One audience, ours: a token that also speaks to somebody else could be replayed by them.
      if (typeof payload.aud !== "string") return { ok: false, reason: "audience" };
      return { ok: true, claims: claims.parse(payload) };
    } catch (error) {
      if (!isOfToken(error)) throw new AppError("unavailable", { cause: error });
      return { ok: false, reason: refusalOf(error) };
    }
  }
}

/** The library says so when it gets no keys, or something else: another answer than 200 is its generic error. */
const NO_KEYS: ReadonlySet<string> = new Set(
  [errors.JOSEError, errors.JWKSTimeout, errors.JWKSInvalid].map(({ code }) => code),
);

const isOfToken = (error: unknown): boolean =>
  error instanceof z.ZodError || (error instanceof errors.JOSEError && !NO_KEYS.has(error.code));

function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof z.ZodError) return "claims";
  if (error instanceof errors.JWTExpired) return "expired";
  if (!(error instanceof errors.JWTClaimValidationFailed) || error.claim === "iss") return "not_issued";
  return error.claim === "aud" ? "audience" : "claims";
}
