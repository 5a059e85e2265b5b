import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { StandInContext } from "../context.js";
import { canSee, missingWorkflowRight, requireNeed } from "../http/access.js";
import { ANONYMOUS, type Caller, identifyCaller } from "../http/caller.js";
import { GitHubError } from "../http/github-error.js";
import { CONTENTS_READ, CONTENTS_WRITE } from "../rest/contents-needs.js";
import type { Repository } from "../store/repository-store.js";
import { serveHttpBackend } from "./http-backend.js";

interface GitRoute {
  Params: { owner: string; repo: string };
  Querystring: { service?: string };
}

/**
 * Clone, fetch and push over HTTPS with a token as the password.
 * https://docs.github.com/en/get-started/git-basics/about-remote-repositories#cloning-with-https-urls
 */
export function gitHttpRoutes(app: FastifyInstance, context: StandInContext): void {
  // The bodies are streams for git, not for a parser.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));

  app.get<GitRoute>("/:owner/:repo/info/refs", async (request, reply) => {
    const { service } = request.query;
    if (service !== "git-upload-pack" && service !== "git-receive-pack")
      return reply.code(403).type("text/plain").send("Please upgrade your git client.\n");
    return serve(context, request, { reply, service, path: "info/refs" });
  });
  for (const service of ["git-upload-pack", "git-receive-pack"] as const) {
    app.post<GitRoute>(`/:owner/:repo/${service}`, (request, reply) =>
      serve(context, request, { reply, service, path: service }),
    );
  }
}

async function serve(
  context: StandInContext,
  request: FastifyRequest<GitRoute>,
  options: { reply: FastifyReply; service: string; path: string },
): Promise<void> {
  const { reply, service, path } = options;
  const isPush = service === "git-receive-pack";
  const opened = authorize(context, request, isPush);
  if ("refusal" in opened) {
    if (opened.refusal.status === 401) reply.header("www-authenticate", 'Basic realm="GitHub"');
    reply.code(opened.refusal.status).type("text/plain").send(`${opened.refusal.message}\n`);
    return;
  }
  const { repository, caller } = opened;
  const gitDir = context.git.pathOf(repository.owner, repository.name);
  const missing = missingWorkflowRight(caller);
  reply.hijack();
  await serveHttpBackend(request.raw, reply.raw, {
    loseReply: request.fault?.kind === "reply_lost",
    onDone: async () => {
      if (isPush && request.method === "POST") await afterPush(context, repository);
    },
    environment: {
      ...context.git.environment,
      GIT_PROJECT_ROOT: gitDir,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `/${path}`,
      PATH_TRANSLATED: `${gitDir}/${path}`,
      REQUEST_METHOD: request.method,
      QUERY_STRING: request.url.split("?")[1] ?? "",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      ...(request.headers["content-length"] ? { CONTENT_LENGTH: request.headers["content-length"] } : {}),
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: caller.user?.login ?? "x-access-token",
      REMOTE_ADDR: request.ip,
      STAND_IN_WORKFLOW_RULE: missing?.right ?? "",
      STAND_IN_WORKFLOW_ACTOR: missing?.actor ?? "",
    },
  });
}

type Authorized =
  | { repository: Repository; caller: Caller }
  | { refusal: { status: number; message: string } };

/** 401 asks for credentials, 404 hides what exists, 403 says that the token may not write. */
function authorize(context: StandInContext, request: FastifyRequest<GitRoute>, isPush: boolean): Authorized {
  const { owner, repo } = request.params;
  const repository = context.store.repositories.find(owner, repo.replace(/\.git$/i, ""));
  let caller: Caller;
  try {
    caller = identifyCaller(context, request);
  } catch {
    return { refusal: { status: 401, message: "Invalid username or token." } };
  }
  if (!repository || !canSee(caller, repository)) {
    if (caller.token === ANONYMOUS.token)
      return { refusal: { status: 401, message: "Repository not found." } };
    return { refusal: { status: 404, message: "Repository not found." } };
  }
  try {
    requireNeed(caller, repository, isPush ? CONTENTS_WRITE : CONTENTS_READ);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const message =
      error.status === 401
        ? "Authentication required."
        : `Permission to ${repository.owner}/${repository.name}.git denied to ${caller.user?.login ?? "github-actions[bot]"}.`;
    return { refusal: { status: error.status, message } };
  }
  return { repository, caller };
}

/** The first branch that is pushed to an empty repository becomes its default branch. */
async function afterPush(context: StandInContext, repository: Repository): Promise<void> {
  context.store.repositories.recordPush(repository.id);
  const git = context.git.open(repository);
  const [first] = await git.listRefs("refs/heads");
  const head = `refs/heads/${await git.getDefaultBranch()}`;
  if (first && !(await git.findRef(head))) await git.setDefaultBranch(first.name.slice("refs/heads/".length));
}
