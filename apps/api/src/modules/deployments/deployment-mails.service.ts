import { Inject, Injectable } from "@nestjs/common";
import { sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { Databases } from "../../platform/database.js";
import { CLAIM_MAIL, IS_MAIL_DUE } from "../../platform/mail-attempts.js";
import { Mailer } from "../../platform/mailer.js";

const AT_ONCE = 20;

/** What cannot wait until somebody opens the page; a warning at the end of a window can. */
const TEMPLATES = {
  rollback_recommended: "deployment_rollback",
  late_warning: "deployment_late_warning",
} as const;

type Due = { deploymentId: string; kind: keyof typeof TEMPLATES };
type Recipient = {
  name: string;
  email: string;
  locale: string;
  project: string;
  number: number;
  environment: string;
};

/**
 * Tells people by mail of a deployment: once for each notice, and not any more when they have seen it. What was
 * claimed by a process that died is sent by another, under the keys by which the provider knows what it has sent.
 */
@Injectable()
export class DeploymentMailsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Mailer) private readonly mailer: Mailer,
    @Inject(ENV) private readonly env: Env,
  ) {}

  async sendDue(): Promise<void> {
    const { rows } = await this.databases.engine.execute<Due>(sql`
      update deployment_notices n set ${CLAIM_MAIL}
      where (n.deployment_id, n.kind) in (
        select deployment_id, kind from deployment_notices
        where ${IS_MAIL_DUE} and kind <> 'warning'
        order by raised_at limit ${AT_ONCE} for update skip locked)
      returning deployment_id as "deploymentId", kind`);
    await Promise.all(rows.map((due) => this.send(due)));
  }

  private async send({ deploymentId, kind }: Due): Promise<void> {
    const { rows } = await this.databases.engine.execute<Recipient>(
      sql`select * from lookup_deployment_mails(${deploymentId}::uuid)`,
    );
    let isDone = true;
    for (const { name, email, locale, project, number, environment } of rows) {
      const isSent = await this.mailer.send({
        to: email,
        once: `deployment_notice:${deploymentId}:${kind}`,
        template: TEMPLATES[kind],
        locale,
        params: {
          name,
          project,
          number: String(number),
          environment,
          url: `${this.env.PULSEKEEP_PUBLIC_URL}/app/deployments/${deploymentId}`,
        },
      });
      isDone &&= isSent;
    }
    if (isDone)
      await this.databases.engine.execute(
        sql`update deployment_notices set mailed_at = now() where deployment_id = ${deploymentId} and kind = ${kind}`,
      );
  }
}
