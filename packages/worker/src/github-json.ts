import { isPlainObject } from "@pulsekeep/signing";
import type { GitHub, GitHubAnswer } from "./github-client.js";
import { fail } from "./run-fault.js";

/** For bytes that are text or nothing; a byte order mark stays what it is. */
export const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of an answer; anything else ends the run, naming `what`. */
export function requireOk(answer: GitHubAnswer, what: string): Uint8Array {
  if (answer.kind === "ok") return answer.bytes;
  return fail(answer.kind === "missing" ? "target_not_found" : "target_denied", what);
}

/** Reads what GitHub has at `path`; what is not there ends the run, naming `what`. */
export async function getJson(github: GitHub, path: string, what: string): Promise<unknown> {
  return readGitHubJson(requireOk(await github({ path }), what));
}

/** Reads a JSON answer of GitHub; unlike a signal it is not ours to be strict about. */
export function readGitHubJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return unexpected("not JSON");
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

/** The entries of a list; none of what is no list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Follows `path` to a text. */
export function getText(value: unknown, ...path: readonly string[]): string {
  const field = findField(value, ...path);
  return typeof field === "string" ? field : unexpected(`no ${path.join(".")}`);
}

/** Follows `path` to a whole number. */
export function getNumber(value: unknown, ...path: readonly string[]): number {
  const field = findField(value, ...path);
  return typeof field === "number" && Number.isSafeInteger(field)
    ? field
    : unexpected(`no ${path.join(".")}`);
}

function unexpected(what: string): never {
  return fail("github_unavailable", `unexpected answer of GitHub: ${what}`);
}
