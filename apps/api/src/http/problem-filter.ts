import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from "@nestjs/common";
import type { Problem } from "@pulsekeep/contracts/api/shared";
import type { FastifyReply, FastifyRequest } from "fastify";
import { LOGGER, type Logger } from "../platform/logger.js";
import { AppError, ERROR_CODES, type ErrorCode } from "./app-error.js";

const BY_STATUS: Record<number, ErrorCode> = {
  400: "malformed_body",
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  413: "body_too_large",
  415: "unsupported_media_type",
  429: "rate_limited",
  503: "unavailable",
};

/** Turns whatever was thrown into an RFC 9457 answer: a stable code and the request's id, never a stack or SQL. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also used for errors that Fastify raises before a route is reached. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = toAppError(thrown);
    if (error.status >= 500)
      this.logger.error(
        { err: thrown, requestId: request.id, route: request.routeOptions?.url },
        "request failed",
      );
    if (reply.sent || reply.raw.headersSent) return;
    void reply
      .status(error.status)
      .headers({ ...error.headers, "cache-control": "no-store" })
      .type("application/problem+json")
      .send(JSON.stringify(toProblem(error, request.id)));
  }
}

function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = statusOf(thrown);
  const code = status === undefined ? undefined : BY_STATUS[status];
  return code === undefined
    ? new AppError("internal", { cause: thrown })
    : new AppError(code, { cause: thrown });
}

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

export function toProblem(error: AppError, requestId: string): Problem {
  return {
    type: `/docs/errors#${error.code}`,
    title: ERROR_CODES[error.code].title,
    status: error.status,
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    requestId,
  };
}
