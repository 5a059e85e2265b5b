import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from "@nestjs/common";
import type { Problem } from "@pulsekeep/contracts/api/shared";
import type { FastifyReply, FastifyRequest } from "fastify";
import { LOGGER, type Logger } from "../platform/logger.js";
import { AppError, ERROR_CODES, type ErrorCode } from "./app-error.js";

const BY_STATUS: Record<number, ErrorCode> = {
  400: "bad_request",
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
      .headers({ ...error.headers, "cache-control": "no-store", "x-request-id": request.id })
      .type("application/problem+json")
      .send(JSON.stringify(toProblem(error, request.id)));
  }
}

function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError(codeOf(thrown), { cause: thrown });
}

function codeOf(thrown: unknown): ErrorCode {
  if (isBodyError(thrown)) return "malformed_body";
  const status = statusOf(thrown) ?? 500;
  return BY_STATUS[status] ?? (status >= 400 && status < 500 ? "bad_request" : "internal");
}

/** Fastify's own errors about a body that it could not parse. */
const isBodyError = (thrown: unknown): boolean =>
  /^FST_ERR_CTP_(INVALID_JSON_BODY|EMPTY_JSON_BODY|INVALID_CONTENT_LENGTH)$/.test(
    String((thrown as { code?: unknown } | null)?.code),
  );

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

function toProblem(error: AppError, requestId: string): Problem {
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
