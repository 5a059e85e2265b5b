import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { type Need, openRepository } from "../http/access.js";
import { Body } from "../http/body.js";
import type { PageQuery, RepoRoute } from "../http/fastify-types.js";
import { GitHubError, notFound } from "../http/github-error.js";
import type { Secret } from "../store/secret-store.js";
import { parsePage, slicePage } from "./pagination.js";
import { keyIdOf, openSealedBox } from "./sealed-box.js";

// A job's token has no `secrets` permission at all, so it is always refused here.
const READ: Need = { permission: "secrets", level: "read", role: "admin" };
const WRITE: Need = { permission: "secrets", level: "write", role: "admin" };
const NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;

interface SecretRoute {
  Params: { owner: string; repo: string; name: string };
}

/** https://docs.github.com/en/rest/actions/secrets */
export function secretRoutes(app: FastifyInstance, context: StandInContext): void {
  const { store } = context;

  app.get<RepoRoute & PageQuery>("/repos/:owner/:repo/actions/secrets", (request) => {
    const { repository } = openRepository(context, request.caller, { ...request.params, need: READ });
    const secrets = store.secrets.listAll(repository.id);
    return {
      total_count: secrets.length,
      secrets: slicePage(secrets, parsePage(request.query)).map(presentSecret),
    };
  });

  app.get<RepoRoute>("/repos/:owner/:repo/actions/secrets/public-key", (request) => {
    const { repository } = openRepository(context, request.caller, { ...request.params, need: READ });
    const { publicKey } = store.repositories.getKeys(repository.id);
    return { key_id: keyIdOf(publicKey), key: publicKey };
  });

  app.get<SecretRoute>("/repos/:owner/:repo/actions/secrets/:name", (request) => {
    const { repository } = openRepository(context, request.caller, { ...request.params, need: READ });
    const secret = store.secrets.find(repository.id, request.params.name.toUpperCase());
    if (!secret) throw notFound("rest/actions/secrets#get-a-repository-secret");
    return presentSecret(secret);
  });

  // GitHub opens the box when a job needs it; opening it at once shows a wrong seal where it was made.
  app.put<SecretRoute>("/repos/:owner/:repo/actions/secrets/:name", async (request, reply) => {
    const { repository } = openRepository(context, request.caller, { ...request.params, need: WRITE });
    const name = request.params.name.toUpperCase();
    if (!NAME.test(name))
      throw new GitHubError(
        422,
        "Secret names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).",
      );
    const body = Body.from(request.body);
    const valueSealed = body.string("encrypted_value");
    const keys = store.repositories.getKeys(repository.id);
    if (body.string("key_id") !== keyIdOf(keys.publicKey))
      throw new GitHubError(422, "The key_id is not the id of the repository's current public key.");
    if ((await openSealedBox(valueSealed, keys)) === undefined)
      throw new GitHubError(422, "The encrypted_value could not be opened with the repository's key.");
    const isNew = store.secrets.put(repository.id, name, valueSealed);
    return reply.code(isNew ? 201 : 204).send(isNew ? {} : undefined);
  });

  app.delete<SecretRoute>("/repos/:owner/:repo/actions/secrets/:name", (request, reply) => {
    const { repository } = openRepository(context, request.caller, { ...request.params, need: WRITE });
    if (!store.secrets.remove(repository.id, request.params.name.toUpperCase()))
      throw notFound("rest/actions/secrets#delete-a-repository-secret");
    return reply.code(204).send();
  });
}

function presentSecret(secret: Secret): Record<string, unknown> {
  return { name: secret.name, created_at: secret.createdAt, updated_at: secret.updatedAt };
}
