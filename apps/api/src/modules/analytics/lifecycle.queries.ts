import { Inject, Injectable } from "@nestjs/common";
import type { LifecycleKpis } from "@pulsekeep/contracts/api/analytics";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";

const DAY_MS = 86_400_000;

type Counts = {
  accounts: number;
  accounts_with_project: number;
  projects: number;
  projects_with_verdict: number;
};

/** How far the installation's people get: four counts over everybody, of which no row leaves the database. */
@Injectable()
export class LifecycleQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  async getKpis(days: number, now: Date): Promise<LifecycleKpis> {
    const from = new Date(now.getTime() - days * DAY_MS);
    const { rows } = await this.databases.admin.execute<Counts>(
      sql`select * from lifecycle_counts(${from.toISOString()}, ${now.toISOString()})`,
    );
    const [counts] = rows;
    if (!counts) throw new Error("A count is always answered");
    return {
      window: { from: from.toISOString(), to: now.toISOString(), days, computed_at: now.toISOString() },
      kpis: {
        signup_to_project_24h: ratio(counts.accounts_with_project, counts.accounts),
        project_to_first_verdict_72h: ratio(counts.projects_with_verdict, counts.projects),
        // Nobody pays, so nobody can change to a plan that costs.
        free_to_pro_from_quota_emails: unavailable("no_plans"),
      },
      // Whether a message is opened is not tracked.
      critical_alert_open_rate: unavailable("opens_not_tracked"),
    };
  }
}

const ratio = (numerator: number, denominator: number) => ({
  value: denominator === 0 ? null : numerator / denominator,
  numerator,
  denominator,
});

const unavailable = (reason: string) => ({ ...ratio(0, 0), available: false, reason });
