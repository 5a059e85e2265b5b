import { resolve } from "node:path";
import { fillText } from "../expressions/expression-template.js";
import { readProperty, toText } from "../expressions/expression-value.js";
import type { StepAction } from "../workflow/workflow.js";
import { describeExit, runLogged, type StepRun } from "./run-script.js";

const INPUTS = ["repository", "ref", "token", "path", "fetch-depth", "persist-credentials"];
const SHA = /^[0-9a-f]{40}$/;

interface Checkout {
  readonly url: string;
  readonly serverUrl: string;
  readonly directory: string;
  readonly fetchRef: string;
  /** Undefined leaves HEAD detached. */
  readonly branch: string | undefined;
  readonly depth: number;
  readonly header: string;
  readonly persist: boolean;
}

function planCheckout(inputs: ReadonlyMap<string, string>, run: StepRun): Checkout {
  const { github, directory } = run.session.parts;
  const fact = (key: string) => toText(readProperty(github, key));
  const repository = inputs.get("repository") ?? fact("repository");
  const own = repository === fact("repository");
  const ref = inputs.get("ref") ?? (own ? fact("ref_name") : "HEAD");
  const branch = SHA.test(ref) || ref === "HEAD" ? undefined : ref.replace(/^refs\/heads\//, "");
  const token = inputs.get("token") ?? fact("token");
  return {
    url: `${fact("server_url")}/${repository}.git`,
    serverUrl: fact("server_url"),
    directory: resolve(directory.workspace, inputs.get("path") ?? "."),
    // The run's own commit, even if the branch has moved since.
    fetchRef: own && !inputs.has("ref") ? fact("sha") : ref,
    branch,
    depth: Number(inputs.get("fetch-depth") ?? "1"),
    header: `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
    persist: inputs.get("persist-credentials") !== "false",
  };
}

function commandsOf(plan: Checkout): readonly (readonly string[])[] {
  const depth = plan.depth > 0 ? [`--depth=${plan.depth}`] : [];
  const target = plan.branch === undefined ? ["--detach"] : ["-B", plan.branch];
  return [
    ["mkdir", "-p", plan.directory],
    ["git", "init", "--quiet", "--initial-branch=main", plan.directory],
    ...settingsOf(plan).map(([key, value]) => ["git", "-C", plan.directory, "config", key, value]),
    ["git", "-C", plan.directory, "fetch", "--no-tags", "--prune", ...depth, "origin", plan.fetchRef],
    ["git", "-C", plan.directory, "checkout", "--quiet", "--force", ...target, "FETCH_HEAD"],
  ];
}

/** What makes a plain `git push` of a later step work; setting them twice does no harm. */
function settingsOf(plan: Checkout): readonly (readonly [string, string])[] {
  const remote = [
    ["remote.origin.url", plan.url],
    ["remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"],
  ] as const;
  if (plan.branch === undefined) return remote;
  const tracking = `branch.${plan.branch}`;
  return [...remote, [`${tracking}.remote`, "origin"], [`${tracking}.merge`, `refs/heads/${plan.branch}`]];
}

/** By environment, not by argument: arguments of a process are readable by everyone on the machine. */
function gitEnvironment(plan: Checkout): Readonly<Record<string, string>> {
  return {
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `http.${plan.serverUrl}/.extraheader`,
    GIT_CONFIG_VALUE_0: plan.header,
  };
}

/** Later steps can push with the job's token, as with the original action. */
const PERSIST = 'git config --local "$GIT_CONFIG_KEY_0" "$GIT_CONFIG_VALUE_0"';

/**
 * `actions/checkout`: a real clone over git's HTTP protocol with the job's token.
 * https://github.com/actions/checkout#usage. Returns undefined on success, else what to say.
 */
export async function runCheckout(
  action: StepAction & { kind: "uses" },
  run: StepRun,
): Promise<string | undefined> {
  const unknown = Object.keys(action.with).find((name) => !INPUTS.includes(name));
  if (unknown !== undefined) {
    return `actions/checkout: the input '${unknown}' is not supported by the local runner; supported: ${INPUTS.join(", ")}`;
  }
  const scope = run.session.scope(run.env);
  const filled = Object.entries(action.with).map(([name, text]) => [name, fillText(text, scope)] as const);
  const plan = planCheckout(new Map(filled.filter(([, text]) => text !== "")), run);
  const { log, masker, directory } = run.session.parts;
  masker.add(plan.header.slice(plan.header.lastIndexOf(" ") + 1));
  log.line(`Syncing repository: ${plan.url} at ${plan.fetchRef}`);
  const env = { ...run.env, ...gitEnvironment(plan) };
  const persist = plan.persist ? [["sh", "-c", `cd -- "$1" && ${PERSIST}`, "sh", plan.directory]] : [];
  for (const argv of [...commandsOf(plan), ...persist]) {
    log.line(`[command]${argv.join(" ")}`);
    const problem = describeExit(await runLogged(run, { argv, env, directory: directory.workspace }));
    if (problem !== undefined) return problem;
  }
  return undefined;
}
