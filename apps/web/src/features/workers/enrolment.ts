import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import type { components } from "@/api/schema.gen";

type Schemas = components["schemas"];
export type Enrolled = Schemas["EnrolResponse"];
export type Enrolment = Pick<Schemas["EnrolRequest"], "repository" | "author"> & {
  way: "browser" | "manual";
  workerId?: string | undefined;
};
export type FailedEnrolment = Omit<Schemas["EnrolmentFailedRequest"], "ticket">;

/** Takes a one-time code and exchanges it at once, here in the browser. */
export async function enrol({ way, workerId, repository, author }: Enrolment): Promise<Enrolled> {
  const { code } = await unwrap(
    browserApi.POST("/api/v1/provisionings/own-machine", {
      body: { way, ...(workerId === undefined ? {} : { workerId }) },
    }),
  );
  return unwrap(
    browserApi.POST("/v1/worker/enroll", { body: { code, kind: "actions", repository, author } }),
  );
}

export const fetchWorkerFiles = (repository: string, cronMinute: number) =>
  unwrap(browserApi.GET("/api/v1/workers/file-set", { params: { query: { repository, cronMinute } } }));

export const recordInstalled = (ticket: string, commitSha?: string) =>
  unwrap(
    browserApi.POST("/v1/worker/enroll/installed", {
      body: { ticket, ...(commitSha === undefined ? {} : { commitSha }) },
    }),
  );

export const recordFailed = (ticket: string, failure: FailedEnrolment) =>
  unwrap(browserApi.POST("/v1/worker/enroll/failed", { body: { ticket, ...failure } }));
