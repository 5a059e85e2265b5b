import { isPlainObject } from "@pulsekeep/signing";
import { RunFault } from "./run-fault.js";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads a JSON answer of GitHub; unlike a signal it is not ours to be strict about. */
export function readGitHubJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw unexpected("not JSON");
  }
}

/** Follows `path` through nested objects; `undefined` where it ends early. */
export function findField(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (!isPlainObject(current)) return undefined;
    current = current[name];
  }
  return current;
}

/** Follows `path` to a text. */
export function getText(value: unknown, ...path: readonly string[]): string {
  const field = findField(value, ...path);
  if (typeof field === "string") return field;
  throw unexpected(`no ${path.join(".")}`);
}

/** Follows `path` to a whole number. */
export function getNumber(value: unknown, ...path: readonly string[]): number {
  const field = findField(value, ...path);
  if (typeof field === "number" && Number.isSafeInteger(field)) return field;
  throw unexpected(`no ${path.join(".")}`);
}

function unexpected(what: string): RunFault {
  return new RunFault("failed", "github_unavailable", `unexpected answer of GitHub: ${what}`);
}
