import { Inject, Injectable } from "@nestjs/common";
import type { TriggerAnswer, TriggerRequest } from "@pulsekeep/contracts/api/ci";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { ApiKeyCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import type { DeploymentRow } from "./deployment-view.js";
import { HmacPreflightService } from "./hmac-preflight.service.js";
import { findByIdempotencyKey, recordIdempotencyKey, toColumns } from "./idempotency.js";
import { refuseOverQuota } from "./monthly-quota.js";
import { getWatchedProject, type WatchedProject } from "./watched-project.js";

const { deployments, metricEndpoints, projects } = schema;

/** A trigger as CI sent it; the key may come in the header or in the body. */
export type Trigger = { request: TriggerRequest; key: string | undefined };

/** Begins deployments for CI. However often a trigger is repeated, there is one deployment. */
@Injectable()
export class TriggerService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(HmacPreflightService) private readonly preflight: HmacPreflightService,
  ) {}

  async trigger(caller: ApiKeyCaller, trigger: Trigger): Promise<TriggerAnswer> {
    const first = await this.examineLocked(caller, trigger, async (_, watched) => ({ watched }));
    if ("answer" in first) return first.answer;
    // Outside of any transaction, because it waits for somebody else's server.
    await this.preflight.require(first.watched.endpoint);
    const { answer } = await this.examineLocked(caller, trigger, async (tx, watched) => ({
      answer: await begin(tx, caller, { ...trigger, watched }),
    }));
    return answer;
  }

  /** Triggers of one project go one after another, so that what is found stays true until the commit. */
  private async examineLocked<T>(
    caller: ApiKeyCaller,
    trigger: Trigger,
    orElse: (tx: Transaction, watched: WatchedProject) => Promise<T>,
  ): Promise<{ answer: TriggerAnswer } | T> {
    return this.databases.inTenant(caller, async (tx) => {
      await tx
        .select({ id: projects.id })
        .from(projects)
        .where(eq(projects.id, caller.projectId))
        .for("no key update");
      const found = await examine(tx, caller, trigger);
      return "answer" in found ? found : orElse(tx, found.watched);
    });
  }
}

/** What the trigger comes to without a new deployment: an earlier one's answer, or a refusal. */
async function examine(
  tx: Transaction,
  caller: ApiKeyCaller,
  { request, key }: Trigger,
): Promise<{ answer: TriggerAnswer } | { watched: WatchedProject }> {
  const repeated = key === undefined ? undefined : await findByIdempotencyKey(tx, caller, { key, request });
  if (repeated)
    return { answer: existing(repeated, "This idempotency key has begun this deployment before") };
  const watched = await getWatchedProject(tx, caller.projectId);
  refuseUnknownEnvironment(watched, request.env);
  refuseOtherEndpoint(watched, request.metrics_endpoint ?? undefined);
  await abandonOverdue(tx, caller, request);
  const running = await findRunning(tx, caller, request);
  if (!running) return { watched };
  if (key !== undefined) await recordIdempotencyKey(tx, caller, { key, request, deploymentId: running.id });
  return { answer: existing(running, `Deployment ${running.number} of this environment is still running`) };
}

const existing = (deployment: DeploymentRow, message: string): TriggerAnswer => ({
  deployment_id: deployment.id,
  status: "existing",
  message,
});

function refuseUnknownEnvironment({ project }: WatchedProject, environment: string): void {
  if (project.environments.includes(environment)) return;
  throw new AppError("ENVIRONMENT_UNKNOWN", {
    detail: `The project's environments are: ${project.environments.join(", ")}`,
    errors: [{ path: "env", message: `one of ${project.environments.join(", ")} expected` }],
  });
}

function refuseOtherEndpoint({ endpoint }: WatchedProject, claimed: string | undefined): void {
  if (endpoint.state === "blocked") throw new AppError("PROJECT_ENDPOINT_BLOCKED");
  if (claimed === undefined) return;
  const same =
    endpoint.activeUrl !== null && URL.canParse(claimed) && hrefOf(claimed) === hrefOf(endpoint.activeUrl);
  if (!same) throw new AppError("ENDPOINT_MISMATCH");
}

const hrefOf = (url: string): string => new URL(url).href.replace(/\/$/, "");

const sameLine = (caller: ApiKeyCaller, request: TriggerRequest) =>
  and(
    eq(deployments.projectId, caller.projectId),
    eq(deployments.environment, request.env),
    eq(deployments.service, request.service ?? ""),
  );

/** A deployment whose time to finish is over holds its environment no longer, even before the analyst has looked. */
async function abandonOverdue(tx: Transaction, caller: ApiKeyCaller, request: TriggerRequest): Promise<void> {
  const abandoned = await tx
    .update(deployments)
    .set({
      state: "abandoned",
      verdictState: "inconclusive",
      endedAt: sql`clock_timestamp()`,
      // The analyst writes the verdict itself.
      nextActionAt: sql`clock_timestamp()`,
    })
    .where(
      and(
        sameLine(caller, request),
        eq(deployments.state, "running"),
        sql`${deployments.abandonAt} <= clock_timestamp()`,
      ),
    )
    .returning({ id: deployments.id });
  await enqueue(
    tx,
    ...abandoned.map(({ id }) => notice(caller.workspaceId, "deployment.changed", id, caller.projectId)),
  );
}

async function findRunning(
  tx: Transaction,
  caller: ApiKeyCaller,
  request: TriggerRequest,
): Promise<DeploymentRow | undefined> {
  const [row] = await tx
    .select()
    .from(deployments)
    .where(and(sameLine(caller, request), eq(deployments.state, "running")));
  return row;
}

async function begin(
  tx: Transaction,
  caller: ApiKeyCaller,
  { request, key, watched }: Trigger & { watched: WatchedProject },
): Promise<TriggerAnswer> {
  await refuseOverQuota(tx, caller.workspaceId);
  const { project, endpoint } = watched;
  const id = newId();
  const abandonAt = sql`clock_timestamp() + make_interval(secs => ${project.abandonSeconds})`;
  const [{ next } = { next: 0 }] = await tx
    .update(projects)
    .set({ nextDeploymentNumber: sql`${projects.nextDeploymentNumber} + 1` })
    .where(eq(projects.id, project.id))
    .returning({ next: projects.nextDeploymentNumber });
  await tx.insert(deployments).values({
    id,
    workspaceId: caller.workspaceId,
    projectId: project.id,
    number: next - 1,
    ...toColumns(request),
    startedAt: sql`clock_timestamp()`,
    abandonAt,
    nextActionAt: abandonAt,
  });
  await watchClosely(tx, project);
  await supersedeObserved(tx, caller, request);
  if (key !== undefined) await recordIdempotencyKey(tx, caller, { key, request, deploymentId: id });
  await enqueue(tx, notice(caller.workspaceId, "deployment.changed", id, project.id));
  const message =
    endpoint.state === "active" ? null : "No metrics endpoint is active: nothing will be measured";
  return { deployment_id: id, status: "created", message };
}

/** From now on the endpoint is scraped at the dense pace, beginning at once. */
async function watchClosely(tx: Transaction, project: WatchedProject["project"]): Promise<void> {
  await tx
    .update(metricEndpoints)
    .set({
      intervalSeconds: project.sampleSeconds,
      nextScrapeAt: sql`least(${metricEndpoints.nextScrapeAt}, clock_timestamp())`,
    })
    .where(and(eq(metricEndpoints.projectId, project.id), eq(metricEndpoints.state, "active")));
}

/** Whatever of the same environment and service was still observed gets its verdict on what there is. */
async function supersedeObserved(
  tx: Transaction,
  caller: ApiKeyCaller,
  request: TriggerRequest,
): Promise<void> {
  const superseded = await tx
    .update(deployments)
    .set({ state: "superseded", endedAt: sql`clock_timestamp()`, nextActionAt: sql`clock_timestamp()` })
    .where(and(sameLine(caller, request), eq(deployments.state, "observing")))
    .returning({ id: deployments.id });
  await enqueue(
    tx,
    ...superseded.flatMap((row) => [
      { topic: "deployments.evaluate" as const, key: row.id, body: { deploymentId: row.id } },
      notice(caller.workspaceId, "deployment.changed", row.id, caller.projectId),
    ]),
  );
}
