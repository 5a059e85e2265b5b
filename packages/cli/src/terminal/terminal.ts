/** Everything of the outside that a command touches, so that a test can stand for it. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
  /** Somebody sits there who can answer a question. */
  isInteractive: boolean;
  /** A line of the result, for standard output. */
  print: (line: string) => void;
  /** A line about what is going on, for standard error. */
  note: (line: string) => void;
  /** Asks on standard error; a `hidden` answer is not shown while it is typed. */
  ask: (question: string, options?: { hidden?: boolean }) => Promise<string>;
  /** Marks a text as good or bad in colour, where colours are wanted. */
  paint: (text: string, tone: "good" | "bad" | "weak") => string;
  fetch: typeof fetch;
  now: () => Date;
  sleep: (ms: number, until?: AbortSignal) => Promise<void>;
  random: () => number;
  /** Aborted by the first signal to end; the second ends the process. */
  stop: AbortSignal;
  runProgram: (program: string, args: readonly string[]) => Promise<ProgramResult>;
}

export type ProgramResult = { kind: "ended"; code: number; stdout: string } | { kind: "missing" };
