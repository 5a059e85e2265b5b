import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { type Fault, isFaultKind } from "../faults/fault-board.js";
import { Body } from "../http/body.js";
import { GitHubError, invalidRequest, notFound } from "../http/github-error.js";
import { parseScopes } from "../http/scopes.js";
import type { JobPermissions, WorkflowState } from "../runner/runner-host.js";
import { noreplyAddress } from "../store/user-store.js";

const WORKFLOW_STATES: readonly string[] = ["active", "disabled_manually", "disabled_inactivity"];

export interface AdminOptions {
  readonly setTimeScale: (timeScale: number) => Promise<void>;
}

/**
 * What tests and demos may do that GitHub has no route for. Like everything here it answers on
 * loopback only; it gives out tokens, so it must never be reachable from elsewhere.
 */
export function adminRoutes(app: FastifyInstance, context: StandInContext, options: AdminOptions): void {
  const { store, faults, requests } = context;

  // No page in a browser may use these routes, wherever it comes from.
  app.addHook("onRequest", async (request) => {
    if (request.headers.origin !== undefined || request.headers["sec-fetch-site"] !== undefined)
      throw new GitHubError(403, "These routes are not for browsers.");
  });

  app.post("/_stand-in/users", (request, reply) => {
    const body = Body.from(request.body);
    const user = store.users.ensure(body.string("login"), {
      name: body.optionalString("name"),
      email: body.optionalString("email"),
    });
    return reply.code(201).send({ ...user, noreply: noreplyAddress(user) });
  });

  // Tokens that people make by hand: classic with `scopes`, fine-grained with `permissions`.
  app.post("/_stand-in/tokens", (request, reply) => {
    const body = Body.from(request.body);
    const user = store.users.findByLogin(body.string("login"));
    if (!user) throw notFound();
    const permissions = body.optionalObject("permissions")?.toObject() as JobPermissions | undefined;
    const { tokenPlain } = store.tokens.create({
      kind: permissions ? "fine_grained" : "classic",
      userId: user.id,
      scopes: parseScopes(body.optionalString("scopes") ?? ""),
      permissions,
    });
    return reply.code(201).send({ token: tokenPlain });
  });

  app.get("/_stand-in/issued-tokens", () => ({
    tokens: store.tokens.listIssued().map(({ kind, tokenPlain }) => ({ kind, token: tokenPlain })),
  }));

  app.get("/_stand-in/requests", () => ({ requests: requests.list() }));
  app.delete("/_stand-in/requests", (_request, reply) => {
    requests.clear();
    return reply.code(204).send();
  });

  app.get("/_stand-in/faults", () => ({ faults: faults.list() }));
  app.post("/_stand-in/faults", (request, reply) => {
    const { fault, count } = readFault(Body.from(request.body));
    return reply.code(201).send({ id: faults.seed(fault, count) });
  });
  app.delete("/_stand-in/faults", (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });

  app.delete<{ Params: { id: string } }>("/_stand-in/faults/:id", (request, reply) => {
    faults.remove(Number(request.params.id));
    return reply.code(204).send();
  });

  app.post("/_stand-in/workflow-state", (request, reply) => {
    const body = Body.from(request.body);
    const repository = store.repositories.find(body.string("owner"), body.string("repo"));
    const state = body.string("state");
    if (!repository) throw notFound();
    if (!WORKFLOW_STATES.includes(state))
      throw invalidRequest(`"state" is none of ${WORKFLOW_STATES.join(", ")}.`);
    const workflow = store.workflows.ensure(repository.id, body.string("path"));
    store.workflows.setState(workflow.id, state as WorkflowState);
    return reply.code(204).send();
  });

  // Ends what runs, because the runner's schedule is drawn up anew.
  app.put("/_stand-in/time-scale", async (request, reply) => {
    const timeScale = Body.from(request.body).raw("timeScale");
    if (typeof timeScale !== "number" || !(timeScale > 0))
      throw invalidRequest(`"timeScale" must be above 0.`);
    await options.setTimeScale(timeScale);
    return reply.code(204).send();
  });
}

function readFault(body: Body): { fault: Fault; count: number } {
  const { count, ...fields } = body.toObject();
  if (!isFaultKind(fields["kind"])) throw new GitHubError(422, "This kind of fault is not known.");
  if (count !== undefined && !(Number.isInteger(count) && Number(count) > 0))
    throw new GitHubError(422, `"count" must be a whole number above 0.`);
  return { fault: fields as unknown as Fault, count: Number(count ?? 1) };
}
