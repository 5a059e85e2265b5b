import { Inject, Injectable } from "@nestjs/common";
import type { Proof, ProvenWorkerFacts, SharedProof } from "@pulsekeep/contracts/api/proof";
import { schema } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { LogQueries } from "../audit/log.queries.js";
import { RevocationsQueries } from "../audit/revocations.queries.js";
import { HandshakesQueries } from "../workers/handshakes.queries.js";
import { countRows, MOST_COUNTED } from "./held-rows.js";
import { ProofLinksService } from "./proof-links.service.js";
import { listChecks } from "./security-checks.js";

/** The proof of security of one workspace: from the same records for its user and for whoever has a link. */
@Injectable()
export class ProofQueries {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(LogQueries) private readonly log: LogQueries,
    @Inject(RevocationsQueries) private readonly revocations: RevocationsQueries,
    @Inject(HandshakesQueries) private readonly handshakes: HandshakesQueries,
    @Inject(ProofLinksService) private readonly links: ProofLinksService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  async getProof(tenant: Tenant): Promise<Proof> {
    const facts = await this.collect(tenant);
    const repository = facts.workers.find((worker) => worker.repository !== null)?.repository ?? null;
    return { ...facts, checks: listChecks({ ...this.places(), repository }) };
  }

  /** @throws AppError `not_found` for a link that never was, was revoked, or is over */
  async getShared(token: string): Promise<SharedProof> {
    const link = await this.links.findLink(token);
    if (!link) throw new AppError("not_found");
    const { rows: _, ...facts } = await this.collect({ workspaceId: link.workspaceId });
    return {
      ...facts,
      workers: facts.workers.map(withoutNames),
      checks: listChecks({ ...this.places(), link: this.links.addressOf(token) }),
      expiresAt: link.expiresAt.toISOString(),
    };
  }

  private async collect(tenant: Tenant): Promise<Omit<Proof, "checks">> {
    const [own, checkpoints, consents, revocations, workers] = await Promise.all([
      this.databases.inTenant(tenant, async (tx) => {
        const [workspace] = await tx
          .select({ since: schema.workspaces.createdAt })
          .from(schema.workspaces)
          .where(eq(schema.workspaces.id, tenant.workspaceId));
        if (!workspace) throw new AppError("not_found");
        return { since: workspace.since.toISOString(), tables: await countRows(tx) };
      }),
      this.log.listCheckpoints({ limit: 1 }),
      this.revocations.countConsents(tenant),
      this.revocations.listRevocations(tenant),
      this.handshakes.listProven(tenant),
    ]);
    return {
      since: own.since,
      checkpoint: checkpoints.rows[0] ?? null,
      consents,
      revocations,
      workers,
      rows: { atMost: MOST_COUNTED, tables: own.tables },
    };
  }

  private places() {
    return { origin: this.env.PULSEKEEP_PUBLIC_URL, githubApiUrl: this.env.GITHUB_API_URL };
  }
}

/** GitHub's numbers say which repository it was to whoever may ask GitHub; names say it to everybody. */
const withoutNames = (worker: ProvenWorkerFacts): ProvenWorkerFacts => ({
  ...worker,
  repository: null,
  handshakes: worker.handshakes.map(({ at, runner }) => ({
    at,
    runner: runner && { ...runner, workflowRef: null },
  })),
});
