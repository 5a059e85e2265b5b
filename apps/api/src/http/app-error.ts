/** Every code that an answer may carry, with its status and public title. Adding one: a row here. */
export const ERROR_CODES = {
  invalid_input: { status: 422, title: "The input is not valid" },
  bad_request: { status: 400, title: "The request is not valid" },
  malformed_body: { status: 400, title: "The body is not valid JSON" },
  unauthenticated: { status: 401, title: "Sign in first" },
  forbidden: { status: 403, title: "You may not do this" },
  cross_site_request: { status: 403, title: "This request came from another site" },
  not_found: { status: 404, title: "There is no such thing" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  conflict: { status: 409, title: "It has changed in the meantime" },
  body_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "Send JSON" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something went wrong on our side" },
  web_unavailable: { status: 502, title: "The pages cannot be served right now" },
  unavailable: { status: 503, title: "Temporarily unavailable" },
  encryption_key_expired: { status: 503, title: "The operator has to renew the encryption key first" },

  provisioning_unavailable: { status: 503, title: "Creating workers is not configured on this installation" },
  provisioning_not_retryable: { status: 409, title: "This set-up cannot be retried" },
  enrolment_code_refused: { status: 401, title: "The code is unknown, used or expired" },
  worker_binding_differs: { status: 409, title: "This is not the repository that the worker is bound to" },
  confirmation_mismatch: { status: 422, title: "The typed name does not match" },
  worker_not_ready: { status: 409, title: "The worker is not ready" },
  account_delete_confirmation_mismatch: { status: 422, title: "The typed e-mail address does not match" },
  password_wrong: { status: 403, title: "The password is not right" },
  sign_in_again: { status: 403, title: "Sign in again first" },
  invalid_schedule: { status: 422, title: "The schedule is not valid" },
  too_many_pulses: { status: 409, title: "This account has as many pulses as it may have" },
  run_not_cancellable: { status: 409, title: "The run has been taken by its worker, or has ended" },

  API_KEY_MISSING: { status: 422, title: "The X-API-Key header is missing" },
  API_KEY_UNKNOWN: { status: 401, title: "Unknown API key" },
  ENVIRONMENT_UNKNOWN: { status: 422, title: "The project has no such environment" },
  SERVICE_UNKNOWN: { status: 422, title: "The project has no such service" },
  ENDPOINT_INVALID_FORMAT: { status: 400, title: "The metrics endpoint is not a usable URL" },
  ENDPOINT_TEST_FAILED: { status: 422, title: "The metrics endpoint did not answer as expected" },
  ENDPOINT_MISMATCH: { status: 409, title: "The metrics endpoint differs from the active one" },
  HOST_LOCK_VIOLATION: { status: 409, title: "The project is locked to another host" },
  CHANGE_LIMIT_EXCEEDED: { status: 409, title: "The month's changes of the endpoint are used up" },
  MIGRATION_LIMIT_EXCEEDED: { status: 409, title: "The month's changes of the host are used up" },
  sample_quota_reached: { status: 429, title: "The day's samples of the project are used up" },
  SOURCE_MISMATCH: { status: 409, title: "The project's samples come from another source" },
  PROJECT_ENDPOINT_BLOCKED: { status: 423, title: "The metrics endpoint is blocked" },
  HMAC_PREFLIGHT_FAILED: { status: 422, title: "The endpoint refused the signed probe" },
  pipeline_token_refused: { status: 401, title: "The pipeline's token was refused" },
  slack_webhook_refused: { status: 422, title: "This is no address of a Slack webhook" },
  missing_webhook_url: { status: 409, title: "The project has no Slack webhook" },
  deployment_finished: { status: 409, title: "The deployment was finished before, with another result" },
  deployment_abandoned: { status: 409, title: "The deployment was abandoned before it was finished" },
  verdict_takes_no_feedback: { status: 409, title: "This verdict found nothing that could be confirmed" },
  too_many_waits: { status: 429, title: "Too many requests wait already" },
  IDEMPOTENCY_KEY_REUSED: { status: 409, title: "This idempotency key was used with another body" },
  QUOTA_REACHED: { status: 402, title: "The quota is reached" },
  PROJECT_DELETE_CONFIRMATION_MISMATCH: { status: 422, title: "The typed name does not match" },

  invalid_body: { status: 422, title: "The body is not valid" },
  proof_refused: { status: 401, title: "The proof was refused" },
  runner_token_refused: { status: 401, title: "The runner's token was refused" },
  session_expired: { status: 401, title: "The worker session has ended" },
  worker_disabled: { status: 403, title: "The worker is disabled" },
  run_not_found: { status: 404, title: "There is no such run" },
  stale_claim: { status: 409, title: "The run has been claimed by somebody else" },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export type FieldError = { path: string; message: string };

/**
 * An expected refusal. `detail` and `errors` are public text; `cause` is for the log alone.
 */
export class AppError extends Error {
  readonly detail: string | undefined;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    readonly code: ErrorCode,
    options: {
      detail?: string;
      errors?: FieldError[];
      cause?: unknown;
      headers?: Record<string, string>;
    } = {},
  ) {
    super(options.detail ?? ERROR_CODES[code].title, { cause: options.cause });
    this.detail = options.detail;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}
