import { Inject, Injectable } from "@nestjs/common";
import type { PolicyDocument, PolicyUpdate } from "@pulsekeep/contracts/api/policies";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, desc, eq } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { unknownEnvironment } from "../../http/unknown-environment.js";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import { changedRules } from "./changed-rules.js";

const { projects, verdictPolicies } = schema;

/** Changes what a project asks of verdicts: every change is a version of its own. */
@Injectable()
export class PoliciesService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  /** @throws AppError `not_found`, `ENVIRONMENT_UNKNOWN`, `conflict` when another version came in between */
  async recordVersion(caller: UserCaller, projectId: string, update: PolicyUpdate): Promise<void> {
    const environment = update.environment ?? "";
    await this.databases.inTenant(caller, async (tx) => {
      await lockScope(tx, projectId, environment);
      const latest = await findLatest(tx, projectId, environment);
      if (latest.version !== update.expectedVersion) throw new AppError("conflict");
      const rules = changedRules(latest.document, update.document);
      if (rules === "") return;
      const version = latest.version + 1;
      await tx.insert(verdictPolicies).values({
        id: newId(),
        workspaceId: caller.workspaceId,
        projectId,
        environment,
        version,
        document: update.document,
        changedBy: caller.userId,
      });
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "policy.changed",
        actor: actorOf(caller),
        subject: { kind: "project", id: projectId },
        facts: { environment: update.environment, version, rules },
      });
      await enqueue(tx, notice(caller.workspaceId, "project.changed", projectId));
    });
  }
}

/** Changes of one project's policies wait for each other. */
async function lockScope(tx: Transaction, projectId: string, environment: string): Promise<void> {
  const [project] = await tx
    .select({ environments: projects.environments })
    .from(projects)
    .where(eq(projects.id, projectId))
    .for("no key update");
  if (!project) throw new AppError("not_found");
  if (environment !== "" && !project.environments.includes(environment))
    throw unknownEnvironment(project.environments);
}

async function findLatest(
  tx: Transaction,
  projectId: string,
  environment: string,
): Promise<{ version: number; document: PolicyDocument }> {
  const [row] = await tx
    .select({ version: verdictPolicies.version, document: verdictPolicies.document })
    .from(verdictPolicies)
    .where(and(eq(verdictPolicies.projectId, projectId), eq(verdictPolicies.environment, environment)))
    .orderBy(desc(verdictPolicies.version))
    .limit(1);
  return { version: row?.version ?? 0, document: (row?.document ?? { metrics: {} }) as PolicyDocument };
}
