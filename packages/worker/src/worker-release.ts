import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { WORKER_VERSION } from "./version.js";

/** The script as it is put into a user's repository. */
export interface WorkerRelease {
  version: string;
  source: string;
  /** Lower-case hex of the SHA-256 of `source` in UTF-8. */
  sha256: string;
}

/**
 * Reads the bundled script.
 *
 * @throws Error when the package was not built
 */
export function readWorkerRelease(): WorkerRelease {
  // One level above both `src` and `dist`, so that it is found from either.
  const source = readFileSync(new URL("../dist/worker.mjs", import.meta.url), "utf8");
  return { version: WORKER_VERSION, source, sha256: createHash("sha256").update(source).digest("hex") };
}
