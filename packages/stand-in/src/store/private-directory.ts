import { chmodSync, mkdirSync } from "node:fs";

/**
 * Creates a directory for this user alone. The steps of workflows run as another user beside it and must
 * not read signing keys, sealed secrets or foreign repositories.
 */
export function ensurePrivateDirectory(path: string): string {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o700);
  return path;
}
