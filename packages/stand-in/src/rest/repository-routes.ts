import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { canSee, openRepository, READ_METADATA, requireUser } from "../http/access.js";
import { Body } from "../http/body.js";
import type { PageQuery, RepoRoute } from "../http/fastify-types.js";
import { GitHubError, notFound, validationFailed } from "../http/github-error.js";
import { hasScope } from "../http/scopes.js";
import { createRepository, requireFreeName } from "./create-repository.js";
import { parsePage, setLink, slicePage } from "./pagination.js";
import { presentRepository, repositoryApiUrl } from "./present-repository.js";

const ADMINISTER = { permission: "administration", level: "write", role: "admin" } as const;

/** https://docs.github.com/en/rest/repos/repos */
export function repositoryRoutes(app: FastifyInstance, context: StandInContext): void {
  const { store } = context;

  app.post("/user/repos", async (request, reply) => {
    const owner = requireUser(request.caller);
    const body = Body.from(request.body);
    const name = body.string("name");
    const isPrivate = body.optionalBoolean("private") ?? body.optionalString("visibility") === "private";
    const { token } = request.caller;
    reply.header("x-accepted-oauth-scopes", "public_repo, repo");
    if (token?.kind === "fine_grained") {
      if (token.permissions["administration"] !== "write")
        throw new GitHubError(403, "Resource not accessible by personal access token");
    } else if (!hasScope(token?.scopes ?? [], isPrivate ? "repo" : "public_repo")) throw notFound();
    const repository = await createRepository(context, request.caller, {
      owner,
      draft: {
        name,
        private: isPrivate,
        description: body.optionalString("description") ?? null,
        autoInit: body.optionalBoolean("auto_init") ?? false,
      },
    });
    reply.code(201).header("location", repositoryApiUrl(repository, context.urls));
    return presentRepository(context, repository, request.caller);
  });

  app.get<PageQuery>("/user/repos", async (request, reply) => {
    const user = requireUser(request.caller);
    const page = parsePage(request.query);
    const own = store.repositories
      .listAll()
      .filter((repository) => repository.ownerId === user.id && canSee(request.caller, repository));
    setLink(reply, `${context.urls.api}/user/repos`, { page, hasNext: own.length > page.number * page.size });
    return Promise.all(
      slicePage(own, page).map((repository) => presentRepository(context, repository, request.caller)),
    );
  });

  app.get<{ Params: { id: string } }>("/repositories/:id", async (request) => {
    const repository = store.repositories.findById(Number(request.params.id));
    if (!repository || !canSee(request.caller, repository)) throw notFound();
    return presentRepository(context, repository, request.caller);
  });

  app.get<RepoRoute>("/repos/:owner/:repo", async (request) => {
    const { repository } = openRepository(context, request.caller, {
      ...request.params,
      need: READ_METADATA,
    });
    return presentRepository(context, repository, request.caller);
  });

  app.patch<RepoRoute>("/repos/:owner/:repo", async (request) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: ADMINISTER,
    });
    const body = Body.from(request.body);
    const name = body.optionalString("name") ?? repository.name;
    const branch = body.optionalString("default_branch");
    if (branch !== undefined) {
      if (!(await git.findRef(`refs/heads/${branch}`)))
        throw validationFailed({
          resource: "Repository",
          field: "default_branch",
          code: "invalid",
          message: `The branch ${branch} was not found. Please push that ref first or create it via the Git Data API.`,
        });
      await git.setDefaultBranch(branch);
    }
    if (name !== repository.name) {
      if (name.toLowerCase() !== repository.name.toLowerCase()) {
        requireFreeName(context, repository.owner, name);
        await context.git.move(repository.owner, repository.name, name);
      }
    }
    const visibility = body.optionalString("visibility");
    store.repositories.update(repository, {
      name,
      private: body.optionalBoolean("private") ?? (visibility ? visibility !== "public" : repository.private),
      description: body.has("description")
        ? (body.optionalString("description") ?? null)
        : repository.description,
    });
    return presentRepository(context, store.repositories.getById(repository.id), request.caller);
  });

  app.delete<RepoRoute>("/repos/:owner/:repo", async (request, reply) => {
    const { repository } = openRepository(context, request.caller, { ...request.params, need: ADMINISTER });
    const { token } = request.caller;
    if (token?.kind !== "fine_grained" && !hasScope(token?.scopes ?? [], "delete_repo"))
      throw new GitHubError(403, "Must have admin rights to Repository.", {
        documentationPath: "rest/repos/repos#delete-a-repository",
      });
    store.repositories.remove(repository.id);
    await context.git.remove(repository.owner, repository.name);
    return reply.code(204).send();
  });
}
