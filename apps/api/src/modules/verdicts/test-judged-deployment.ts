import type { TestApp } from "../../testing/test-app.js";
import { insertDeployment, insertSamples, type TestProject } from "../metrics/test-watched-project.js";
import { AnalystJobs } from "./analyst.jobs.js";

type Values = Parameters<typeof insertSamples>[2]["values"];

export type JudgedDeployment = {
  /** Seconds since it was finished; default 70. It was observed for a minute. */
  ago?: number;
  /** What was measured after it, where that is not the same as before. */
  post?: Values;
  environment?: string;
  result?: "failed";
};

/** A deployment, what was measured around it every two seconds, and the verdict that the analyst made of that. */
export async function judgeDeployment(
  test: Pick<TestApp, "sql" | "get">,
  project: TestProject,
  { ago = 70, post, ...more }: JudgedDeployment = {},
): Promise<string> {
  const id = await insertDeployment(test, project, {
    state: "observing",
    startedIn: -ago - 5,
    finishedIn: -ago,
    observeUntilIn: -ago + 60,
    nextActionIn: -1,
    ...more,
  });
  await insertSamples(test, project, { fromSeconds: -ago - 85, toSeconds: -ago - 6 });
  await insertSamples(test, project, {
    fromSeconds: -ago + 1,
    toSeconds: Math.min(-0.5, -ago + 60),
    values: post,
  });
  await test.get(AnalystJobs).sweepOnce();
  return id;
}
