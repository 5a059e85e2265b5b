import { WORKFLOW_PATH } from "@pulsekeep/worker";
import { z } from "zod";
import type { GitHubApi } from "./github-api.js";
import { failureOf, GitHubFailure } from "./github-failure.js";

const REGISTER_ATTEMPTS = 10;
const FILE = WORKFLOW_PATH.slice(WORKFLOW_PATH.lastIndexOf("/") + 1);

const workflowSchema = z.object({ state: z.string() });
const runsSchema = z.object({
  workflow_runs: z.array(
    z.object({
      created_at: z.string(),
      event: z.string(),
      status: z.string().nullable(),
      conclusion: z.string().nullable(),
      html_url: z.string(),
    }),
  ),
});
const contentSchema = z.object({ content: z.string(), encoding: z.literal("base64") });

/** Wakes the workflow once. GitHub may need a moment until it knows a file that was just pushed. */
export async function wakeWorkflow(
  github: GitHubApi,
  repository: { fullName: string; defaultBranch: string },
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const path = `/repos/${repository.fullName}/actions/workflows/${FILE}/dispatches`;
  for (let attempt = 1; attempt <= REGISTER_ATTEMPTS; attempt++) {
    const answer = await github.ask("POST", path, { ref: repository.defaultBranch });
    if (answer.status === 204) return;
    const failure = failureOf(answer);
    if (failure.reason === "actions_disabled" || ![404, 422].includes(answer.status)) throw failure;
    await sleep(300 * attempt);
  }
  throw new GitHubFailure(
    "workflow_not_registered",
    "GitHub does not know the workflow yet.",
    `Start it by hand under Actions in ${repository.fullName}, or wait for its schedule.`,
  );
}

interface LastWorkflowRun {
  createdAt: string;
  event: string;
  status: string | null;
  conclusion: string | null;
  url: string;
}

export interface WorkflowFacts {
  /** `active`, `disabled_manually`, `disabled_inactivity`; null when GitHub knows no such workflow. */
  state: string | null;
  lastRun: LastWorkflowRun | null;
  /** The schedule written in the file at the default branch; null when none can be read. */
  cron: string | null;
}

/** What GitHub says of the worker's workflow. */
export async function readWorkflow(github: GitHubApi, fullName: string): Promise<WorkflowFacts> {
  const path = `/repos/${fullName}`;
  const workflow = workflowSchema.safeParse(await github.find(`${path}/actions/workflows/${FILE}`));
  const runs = runsSchema.safeParse(await github.find(`${path}/actions/workflows/${FILE}/runs?per_page=1`));
  const file = contentSchema.safeParse(await github.find(`${path}/contents/${WORKFLOW_PATH}`));
  const [run] = runs.success ? runs.data.workflow_runs : [];
  const text = file.success ? Buffer.from(file.data.content, "base64").toString("utf8") : "";
  return {
    state: workflow.success ? workflow.data.state : null,
    lastRun:
      run === undefined
        ? null
        : {
            createdAt: run.created_at,
            event: run.event,
            status: run.status,
            conclusion: run.conclusion,
            url: run.html_url,
          },
    cron: /^\s*-\s*cron:\s*["']?([^"'\n]+?)["']?\s*$/m.exec(text)?.[1] ?? null,
  };
}
