import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { closeServer, listen } from "../../testing/test-ports.js";

export type ActionsClaims = Record<string, unknown>;

/** A run of `acme/shop`, as GitHub describes it. */
export const ACME_RUN = {
  repository: "acme/shop",
  repository_id: "4711",
  repository_owner_id: "42",
} as const;

/** An issuer of Actions tokens with a key of its own, and a second key that nobody knows. */
export async function startActionsIssuer() {
  const [known, unknown] = await Promise.all([generateKeyPair("RS256"), generateKeyPair("RS256")]);
  const jwk = { ...(await exportJWK(known.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
  const server = createServer((_, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }));
  });
  const issuer = `http://127.0.0.1:${await listen(server)}`;
  return {
    issuer,
    mint: (
      audience: string | string[],
      {
        claims = ACME_RUN,
        isForged = false,
        ageSeconds = 0,
        of = issuer,
      }: { claims?: ActionsClaims; isForged?: boolean; ageSeconds?: number; of?: string } = {},
    ): Promise<string> => {
      const iat = Math.floor(Date.now() / 1_000) - ageSeconds;
      return new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "k1" })
        .setIssuer(of)
        .setAudience(audience)
        .setJti(randomUUID())
        .setIssuedAt(iat)
        .setExpirationTime(iat + 300)
        .sign(isForged ? unknown.privateKey : known.privateKey);
    },
    close: () => closeServer(server),
  };
}
