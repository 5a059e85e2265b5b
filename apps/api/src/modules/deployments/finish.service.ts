import { Inject, Injectable } from "@nestjs/common";
import type { FinishAnswer, FinishRequest } from "@pulsekeep/contracts/api/ci";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import type { ApiKeyCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";

const { deployments, projects } = schema;

const NOT_FOUND: FinishAnswer = { status: "not_found", message: "This project has no such deployment" };

/** Ends the pipeline's part of a deployment and begins its observation, whatever the pipeline's result. */
@Injectable()
export class FinishService {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  async finish(caller: ApiKeyCaller, request: FinishRequest): Promise<FinishAnswer> {
    const id = request.deployment_id;
    if (!idSchema.safeParse(id).success) return NOT_FOUND;
    return this.databases.inTenant(caller, async (tx) => {
      const observed = await observe(tx, caller, { id, result: request.result });
      if (!observed) return this.explain(tx, caller, id);
      await enqueue(
        tx,
        { topic: "deployments.evaluate", key: id, body: { deploymentId: id } },
        notice(caller.workspaceId, "deployment.changed", id, caller.projectId),
      );
      return { status: "accepted", message: `Observed for ${observed.windowSeconds} seconds from now on` };
    });
  }

  private async explain(tx: Transaction, caller: ApiKeyCaller, id: string): Promise<FinishAnswer> {
    const [found] = await tx
      .select({ state: deployments.state })
      .from(deployments)
      .where(and(eq(deployments.id, id), eq(deployments.projectId, caller.projectId)));
    if (!found) return NOT_FOUND;
    const message =
      found.state === "abandoned"
        ? "The deployment was abandoned, because it was not finished in time"
        : "The deployment has been finished before";
    return { status: "ignored", message };
  }
}

/** One conditional update: of two finishes at once, one finds the deployment running. */
async function observe(
  tx: Transaction,
  caller: ApiKeyCaller,
  { id, result }: { id: string; result: FinishRequest["result"] },
): Promise<{ windowSeconds: number } | undefined> {
  const windowEnd = sql`clock_timestamp() + make_interval(secs => ${projects.windowSeconds})`;
  const [observed] = await tx
    .update(deployments)
    .set({
      state: "observing",
      pipelineResult: result,
      finishedAt: sql`clock_timestamp()`,
      observeUntil: windowEnd,
      nextActionAt: windowEnd,
    })
    .from(projects)
    .where(
      and(
        eq(projects.id, deployments.projectId),
        eq(deployments.id, id),
        eq(deployments.projectId, caller.projectId),
        eq(deployments.state, "running"),
      ),
    )
    .returning({ windowSeconds: projects.windowSeconds });
  return observed;
}
