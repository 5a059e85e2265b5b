/** Time, chance, network and log: everything that a test replaces. */
export interface Surroundings {
  now: () => Date;
  randomBytes: (length: number) => Uint8Array;
  sleep: (ms: number) => Promise<void>;
  fetch: typeof fetch;
  /** Writes one line; secrets in it are masked. */
  log: (line: string) => void;
  /** True once the runner asked the worker to end. */
  isStopping: () => boolean;
}
