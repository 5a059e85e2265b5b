import type { RequestFault } from "../faults/fault-board.js";
import type { Caller } from "./caller.js";

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller;
    fault: RequestFault | undefined;
  }
}

export interface RepoRoute {
  Params: { owner: string; repo: string };
}

export interface RepoPathRoute {
  Params: { owner: string; repo: string; "*": string };
}

export interface PageQuery {
  Querystring: Readonly<Record<string, string | undefined>>;
}
