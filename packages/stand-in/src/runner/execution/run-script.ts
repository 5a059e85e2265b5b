import { resolve } from "node:path";
import { fillText } from "../expressions/expression-template.js";
import type { StepAction, TextMap } from "../workflow/workflow.js";
import type { JobSession } from "./job-session.js";
import { runProcess, type StepExit } from "./step-process.js";

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell */
const SHELLS: ReadonlyMap<string | undefined, readonly string[]> = new Map([
  [undefined, ["bash", "-e"]],
  ["bash", ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]],
  ["sh", ["sh", "-e"]],
]);
/**
 * The step's own user enters the directory: were the runner to do it, a link set by an earlier step could
 * open a directory that this user may not enter.
 */
const ENTER = 'cd -- "$1" && shift && unset OLDPWD && exec "$@"';

export interface StepRun {
  readonly session: JobSession;
  readonly number: number;
  readonly env: TextMap;
  readonly files: TextMap;
  readonly signal: AbortSignal;
}

/** Runs `argv` as a step process in `directory`, its output going to the job's log. */
export async function runLogged(
  run: StepRun,
  { argv, directory, env = run.env }: { argv: readonly string[]; directory: string; env?: TextMap },
): Promise<StepExit> {
  const { parts, sessions } = run.session;
  const streams = {
    stdout: parts.log.openStream((line) => parts.commands.line(line)),
    stderr: parts.log.openStream((line) => parts.commands.line(line)),
  };
  const exit = await runProcess({
    argv: ["/bin/sh", "-c", ENTER, "sh", directory, ...argv],
    directory: parts.directory.root,
    env: run.session.environment(env, run.files),
    user: parts.user,
    clock: parts.clock,
    signal: run.signal,
    killSignal: parts.cancellation.forceSignal,
    onOutput: (stream, text) => streams[stream].push(text),
    onSpawn: (pid) => sessions.add(pid),
  });
  streams.stdout.end();
  streams.stderr.end();
  return exit;
}

/** A `run:` step. Returns undefined on success, else what to say about the failure. */
export async function runScript(
  action: StepAction & { kind: "run" },
  run: StepRun,
): Promise<string | undefined> {
  const { parts } = run.session;
  const scope = run.session.scope(run.env);
  const script = fillText(action.script, scope);
  const chosen = action.shell ?? parts.shell;
  const shell = chosen === undefined ? undefined : fillText(chosen, scope);
  const argv = SHELLS.get(shell);
  if (argv === undefined) return `The shell '${shell}' is not supported by the local runner; use bash or sh.`;
  const inside = fillText(action.workingDirectory ?? parts.workingDirectory ?? ".", scope);
  const directory = resolve(parts.directory.workspace, inside);
  const file = await parts.directory.writePrivate(`step-${run.number}.sh`, script);
  parts.log.group(`Run ${script.split("\n")[0] ?? ""}`, [script, `shell: ${[...argv, "{0}"].join(" ")}`]);
  return describeExit(await runLogged(run, { argv: [...argv, file], directory }));
}

export function describeExit(exit: StepExit): string | undefined {
  if (exit.problem !== undefined) return `The process could not be started: ${exit.problem}`;
  if (exit.code === 0) return undefined;
  return exit.code === null
    ? `The process was ended by ${exit.signal ?? "a signal"}.`
    : `Process completed with exit code ${exit.code}.`;
}
