export type EmbeddedPostgresFailure =
  | "unsupported-platform"
  | "missing-binaries"
  | "other-version"
  | "in-use"
  | "no-space"
  | "no-permission"
  | "failed";

/** A start that cannot succeed as things are. The message says what is wrong and the way out. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresFailure;

  constructor(code: EmbeddedPostgresFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EmbeddedPostgresError";
    this.code = code;
  }

  /** Tells full disks and missing permissions apart from everything else that PostgreSQL may have printed. */
  static fromOutput(what: string, output: string, place: string): EmbeddedPostgresError {
    if (/No space left on device|ENOSPC/.test(output)) {
      return new EmbeddedPostgresError(
        "no-space",
        `The disk that holds ${place} is full. Free some space, then start again.`,
      );
    }
    if (/Permission denied|EACCES|EPERM|Read-only file system/.test(output)) {
      return new EmbeddedPostgresError(
        "no-permission",
        `PostgreSQL may not write to ${place}. Give this user the folder, or choose another with PULSEKEEP_DATA_DIR.`,
      );
    }
    return new EmbeddedPostgresError("failed", `${what}\n${output.trim()}`);
  }
}
