import type { FastifyInstance } from "fastify";
import type { StandInContext, StandInUrls } from "../context.js";
import { requireUser } from "../http/access.js";
import { notFound } from "../http/github-error.js";
import { hasScope } from "../http/scopes.js";
import type { User } from "../store/user-store.js";
import { noreplyAddress } from "../store/user-store.js";
import { ACTIONS_BOT, presentSimpleUser } from "./present-user.js";

/** https://docs.github.com/en/rest/users/users and .../users/emails */
export function userRoutes(app: FastifyInstance, context: StandInContext): void {
  app.get("/user", (request) => presentUser(requireUser(request.caller), context.urls));

  // Without the scope the API answers 404, as if the resource were not there.
  app.get("/user/emails", (request, reply) => {
    const user = requireUser(request.caller);
    reply.header("x-accepted-oauth-scopes", "user, user:email");
    const { token } = request.caller;
    const allowed =
      token?.kind === "fine_grained"
        ? token.permissions["email"] === "read"
        : hasScope(token?.scopes ?? [], "user:email");
    if (!allowed) throw notFound("rest/users/emails#list-email-addresses-for-the-authenticated-user");
    return [
      { email: user.email, primary: true, verified: true, visibility: "private" },
      { email: noreplyAddress(user), primary: false, verified: true, visibility: null },
    ];
  });

  app.get<{ Params: { login: string } }>("/users/:login", (request) => {
    const { login } = request.params;
    if (login === ACTIONS_BOT.login) return presentSimpleUser(ACTIONS_BOT, context.urls);
    const user = context.store.users.findByLogin(login);
    if (!user) throw notFound("rest/users/users#get-a-user");
    return presentUser(user, context.urls);
  });

  app.get<{ Params: { id: string } }>("/user/:id", (request) => {
    const user = context.store.users.findById(Number(request.params.id));
    if (!user) throw notFound("rest/users/users#get-a-user-using-their-id");
    return presentUser(user, context.urls);
  });
}

function presentUser(user: User, urls: StandInUrls): Record<string, unknown> {
  return {
    ...presentSimpleUser(user, urls),
    name: user.name,
    company: null,
    blog: "",
    location: null,
    // The address is private, so the profile shows none.
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    followers: 0,
    following: 0,
    created_at: user.createdAt,
    updated_at: user.createdAt,
  };
}
