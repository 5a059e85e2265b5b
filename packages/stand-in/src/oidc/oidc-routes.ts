import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";

export const ID_TOKEN_PATH = "/_services/actions/idtoken";

/** Discovery, JWKS and the endpoint behind `ACTIONS_ID_TOKEN_REQUEST_URL`. */
export function oidcRoutes(app: FastifyInstance, context: StandInContext): void {
  const { oidc, urls } = context;

  // Same fields as https://token.actions.githubusercontent.com/.well-known/openid-configuration
  app.get("/oidc/.well-known/openid-configuration", () => ({
    issuer: oidc.issuer,
    jwks_uri: `${oidc.issuer}/.well-known/jwks`,
    subject_types_supported: ["public", "pairwise"],
    response_types_supported: ["id_token"],
    claims_supported: CLAIMS,
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid"],
  }));

  app.get("/oidc/.well-known/jwks", () => ({ keys: oidc.listKeys() }));

  // https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token
  app.get<{ Params: { runId: string }; Querystring: { audience?: string } }>(
    `${ID_TOKEN_PATH}/:runId`,
    async (request, reply) => {
      const [, requestTokenPlain = ""] = /^bearer (.+)$/i.exec(request.headers.authorization ?? "") ?? [];
      const job = oidc.findRequest(requestTokenPlain);
      if (!job || String(job.runId) !== request.params.runId)
        return reply.code(401).send({ message: "The request token is not valid for this job." });
      const audience = request.query.audience || `${urls.web}/${job.repository.owner}`;
      return { value: await oidc.mintToken(job, { audience }) };
    },
  );
}

const CLAIMS = [
  "sub",
  "aud",
  "exp",
  "iat",
  "iss",
  "jti",
  "nbf",
  "ref",
  "sha",
  "repository",
  "repository_id",
  "repository_owner",
  "repository_owner_id",
  "enterprise",
  "enterprise_id",
  "run_id",
  "run_number",
  "run_attempt",
  "actor",
  "actor_id",
  "workflow",
  "workflow_ref",
  "workflow_sha",
  "head_ref",
  "base_ref",
  "event_name",
  "ref_type",
  "ref_protected",
  "environment",
  "environment_node_id",
  "job_workflow_ref",
  "job_workflow_sha",
  "repository_visibility",
  "runner_environment",
  "issuer_scope",
];
