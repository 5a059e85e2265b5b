/** 1: it did not work, or what was looked at is not as it should be. 2: nothing could be found out. */
export type FailureCode = 1 | 2;

/** Ends a command with one line that says what is wrong and one that says what to do about it. */
export class CliFailure extends Error {
  readonly hint: string | undefined;
  readonly exitCode: FailureCode;

  /** @param code stable, for scripts: `snake_case` */
  constructor(
    readonly code: string,
    message: string,
    { hint, exitCode = 1 }: { hint?: string; exitCode?: FailureCode } = {},
  ) {
    super(message);
    this.hint = hint;
    this.exitCode = exitCode;
  }
}
