export interface ValidationIssue {
  readonly resource: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
}

export interface GitHubErrorOptions {
  readonly documentationPath?: string;
  readonly errors?: readonly ValidationIssue[];
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An answer that is not a success, in the shape of GitHub's REST API.
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
 */
export class GitHubError extends Error {
  readonly status: number;
  readonly documentationPath: string;
  readonly errors: readonly ValidationIssue[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, options: GitHubErrorOptions = {}) {
    super(message);
    this.name = "GitHubError";
    this.status = status;
    this.documentationPath = options.documentationPath ?? "rest";
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  toBody(): Record<string, unknown> {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      documentation_url: `https://docs.github.com/${this.documentationPath}`,
      status: String(this.status),
    };
  }
}

export const notFound = (documentationPath?: string): GitHubError =>
  new GitHubError(404, "Not Found", { documentationPath });

export const badCredentials = (): GitHubError => new GitHubError(401, "Bad credentials");

export const requiresAuthentication = (): GitHubError => new GitHubError(401, "Requires authentication");

export const invalidRequest = (problem: string): GitHubError =>
  new GitHubError(422, `Invalid request.\n\n${problem}`);

export function validationFailed(...errors: ValidationIssue[]): GitHubError {
  return new GitHubError(422, "Validation Failed", { errors });
}
