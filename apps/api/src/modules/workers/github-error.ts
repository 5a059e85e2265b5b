import type { ProvisioningErrorCode } from "@pulsekeep/contracts/api/workers";

/** An answer of GitHub that a step cannot go on with. Never carries a request: that would hold the token. */
export class GitHubError extends Error {
  readonly status: number | undefined;
  /** What the reader has to know of it: `retryAt`, `organization`, `repository`. */
  readonly facts: Record<string, string>;

  constructor(
    readonly code: ProvisioningErrorCode,
    options: { status?: number; detail?: string; facts?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(options.detail ?? code, { cause: options.cause });
    this.status = options.status;
    this.facts = options.facts ?? {};
  }
}
