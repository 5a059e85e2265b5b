import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { FastifyRequest } from "fastify";

export type UserCaller = {
  kind: "user";
  userId: string;
  workspaceId: string;
  role: "user" | "admin";
  sessionId: string;
  /** When the session began. */
  signedInAt: Date;
  locale: "en" | "fr" | "es" | "de";
};
export type ApiKeyCaller = { kind: "api_key"; apiKeyId: string; projectId: string; workspaceId: string };
/** A GitHub Actions run whose repository a project trusts; `repositoryId` is the row that says so. */
export type RepositoryCaller = {
  kind: "repository";
  repositoryId: string;
  projectId: string;
  workspaceId: string;
};
/** Whatever acts for one project's pipeline. */
export type PipelineCaller = ApiKeyCaller | RepositoryCaller;
export type WorkerCaller = { kind: "worker"; workerId: string; workspaceId: string };

/** Who a request comes from, as its policy's authenticator found out. */
export type Caller = UserCaller | PipelineCaller | WorkerCaller;

const callers = new WeakMap<FastifyRequest, Caller>();

export const setCaller = (request: FastifyRequest, caller: Caller): void => {
  callers.set(request, caller);
};

/** Who the route's policy found, or undefined on a public route. */
export const findCaller = (request: FastifyRequest): Caller | undefined => callers.get(request);

/** The caller of the request that a handler serves; its type follows from the route's policy. */
export const CallerOf = createParamDecorator((_: undefined, context: ExecutionContext): Caller => {
  const caller = findCaller(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller)
    throw new Error("The route's policy authenticates nobody, but its handler asks for the caller");
  return caller;
});
