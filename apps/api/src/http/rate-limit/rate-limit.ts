import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
  UseGuards,
} from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../app-error.js";
import { type Caller, findCaller } from "../caller.js";
import { addressBucket } from "./address-bucket.js";
import { RateLimiter, type RateRule } from "./rate-limiter.js";

const RATE_RULE = "pulsekeep:rate-rule";

/** A limit of a class and one of its method bring the guard twice; the method's rule counts, once. */
const counted = new WeakSet<FastifyRequest>();

/** Limits how often one caller may use the routes; whoever calls too often gets 429 and `Retry-After`. */
export const RateLimit = (rule: RateRule): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(RATE_RULE, rule), UseGuards(RateLimitGuard));

/** Counts by the identity that the route's policy found, never by what a header claims. */
@Injectable()
class RateLimitGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.reflector.getAllAndOverride<RateRule>(RATE_RULE, [
      context.getHandler(),
      context.getClass(),
    ]);
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (counted.has(request)) return true;
    counted.add(request);
    const caller = findCaller(request);
    const who = caller ? identityOf(caller) : `ip:${addressBucket(request.ip)}`;
    const answer = await this.limiter.take(rule, who);
    http.getResponse<FastifyReply>().headers({
      "x-ratelimit-limit": String(rule.limit),
      "x-ratelimit-remaining": String(answer.remaining),
      "x-ratelimit-reset": String(answer.resetSeconds),
    });
    if (answer.allowed) return true;
    throw new AppError("rate_limited", { headers: { "retry-after": String(answer.resetSeconds) } });
  }
}

function identityOf(caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return `user:${caller.userId}`;
    case "api_key":
      return `key:${caller.apiKeyId}`;
    case "repository":
      return `repository:${caller.repositoryId}`;
    case "worker":
      return `worker:${caller.workerId}`;
  }
}
