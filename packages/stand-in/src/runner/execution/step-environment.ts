import { arch } from "node:process";
import { toText, type ExpressionObject } from "../expressions/expression-value.js";

const RUNNER_OS = process.platform === "darwin" ? "macOS" : "Linux";
const RUNNER_ARCH = arch === "arm64" ? "ARM64" : arch === "arm" ? "ARM" : arch === "ia32" ? "X86" : "X64";

/** The parts of the `github` context that are environment variables too; `token` is not among them. */
const FROM_GITHUB = (
  "actor actor_id triggering_actor api_url server_url event_name event_path job ref ref_name ref_type " +
  "repository repository_id repository_owner repository_owner_id run_id run_number run_attempt sha " +
  "workflow workflow_ref workflow_sha workspace action"
).split(" ");

export interface JobPaths {
  readonly home: string;
  readonly temp: string;
  readonly workspace: string;
}

/** What a workflow may change with its own `env`. */
export function changeableVariables(paths: JobPaths): Record<string, string> {
  return { CI: "true", HOME: paths.home, TMPDIR: paths.temp, LANG: "C.UTF-8" };
}

/**
 * What a workflow may not change.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/variables#default-environment-variables
 */
export function fixedVariables(github: ExpressionObject, paths: JobPaths): Record<string, string> {
  const fromGithub = FROM_GITHUB.map((key) => [`GITHUB_${key.toUpperCase()}`, toText(github[key] ?? null)]);
  return {
    GITHUB_ACTIONS: "true",
    ...Object.fromEntries(fromGithub),
    RUNNER_OS,
    RUNNER_ARCH,
    RUNNER_NAME: "local",
    RUNNER_ENVIRONMENT: "github-hosted",
    RUNNER_TEMP: paths.temp,
  };
}

export function describeRunner(paths: JobPaths): ExpressionObject {
  return {
    os: RUNNER_OS,
    arch: RUNNER_ARCH,
    name: "local",
    temp: paths.temp,
    environment: "github-hosted",
  };
}

/**
 * Whether a step may set this variable through `GITHUB_ENV`.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-environment-variable
 */
export function maySetVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return !/^(?:GITHUB|RUNNER)_/.test(upper) && upper !== "NODE_OPTIONS";
}
